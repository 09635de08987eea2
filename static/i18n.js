// The texts of the page in the user's language.
import { boot } from "./boot.js";

export const language = boot.language;

const pluralRules = new Intl.PluralRules(language);
const numberFormat = new Intl.NumberFormat(language, { maximumFractionDigits: 4 });
const plainFormat = new Intl.NumberFormat(language, { maximumFractionDigits: 4, useGrouping: false });

/** Return the text for `key` with its placeholders filled. The plural form is chosen by `n`. */
export function t(key, values = {}) {
  const entry = boot.strings[key];
  if (entry === undefined) throw new Error(`no text for "${key}"`);
  return fillText(entry, values);
}

/** Return the entry of a catalogue, which is a text or has plural forms, with its placeholders filled. */
export function fillText(entry, values) {
  const text = typeof entry === "string" ? entry : entry[pluralRules.select(values.n)] ?? entry.other;
  return text.replace(/\{(\w+)\}/g, (placeholder, name) => (name in values ? formatValue(values[name]) : placeholder));
}

/** Return a number for a field in which the user may change it: "1,5" in Russian. */
export const plainNumber = (number) => plainFormat.format(number);

function formatValue(value) {
  return typeof value === "number" ? numberFormat.format(value) : String(value);
}
