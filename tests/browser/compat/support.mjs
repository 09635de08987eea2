// What the promised browsers support, by MDN's data.
import { createRequire } from "node:module";

export const bcd = createRequire(import.meta.url)("@mdn/browser-compat-data");

// The oldest browsers in which the page works fully (docs/using.md)
const PROMISED = { chrome: "109", edge: "109", firefox: "115", safari: "16.4", safari_ios: "16.4" };

/** Return "firefox 125, safari 17" for a feature that promised browsers lack or have only in part; "" if all have it. */
export function missing({ __compat: compat } = {}) {
  if (!compat) return "";
  const lacking = Object.keys(PROMISED).filter((browser) => !supported(compat.support[browser], PROMISED[browser]));
  return lacking.map((browser) => `${browser} ${firstVersion(compat.support[browser])}`).join(", ");
}

/** Return what is missing if all of these features of one name are missing: then any of them may be meant. */
export function missingInAll(features) {
  const results = features.map(missing);
  return results.length && results.every(Boolean) ? results[0] : "";
}

/** Return the features with that name directly below each of these nodes of the data. */
export function namesakes(parents, name) {
  return parents.map((parent) => own(parent, name) ?? own(parent, `${name}_static`)).filter((found) => found?.__compat);
}

export const own = (parent, name) => (parent && Object.hasOwn(parent, name) ? parent[name] : undefined);

const statements = (support) => (Array.isArray(support) ? support : [support ?? {}]);

const supported = (support, promised) => statements(support).some((one) =>
  !one.flags && !one.prefix && !one.alternative_name && !one.partial_implementation && isBy(one.version_added, promised) &&
  !isBy(one.version_removed, promised));

function isBy(version, promised) {
  const [number, limit] = [version, promised].map((text) => parseFloat(String(text ?? "").replace("≤", "")));
  return version === true || number <= limit;
}

const firstVersion = (support) => statements(support)[0].version_added || "never";
