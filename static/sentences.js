// The sentences of notifications and refusals, made from their facts, with times in the reader's zone. The server makes
// the same ones, in its own zone, for clients that have no catalogue (notifications/messages.py, schemas/refusal_text.py).
import { boot } from "./boot.js";
import { shortTime } from "./format.js";
import { fillText } from "./i18n.js";

const TIMEOUT_MS = 20_000;
const NO_FACTS = { by: "", to: "", vm_id: "", group: "", was: "", receiver: "", reason: "", time: "", until: "" };

let catalogue, loading;

/** Load the catalogue and the texts of dialogs, unless they are there. */
export function loadTexts() {
  loading ??= fetchTexts().catch((error) => { loading = undefined; throw error; });
  return loading;
}

/** Load the catalogue. If that fails, the server's sentences are shown until the next try. */
export async function loadSentences() {
  try {
    await loadTexts();
  } catch (error) {
    console.info("the sentences could not be loaded:", error.message);
  }
}

/** Return the sentence of a notification of the server. Call `loadSentences` before. */
export const notificationText = (notification) => sentence(`notice.${notification.kind}`, notification) ?? notification.msg;

/** Return the sentence of a refusal, which is the body of an answer. Call `loadSentences` before. */
export const refusalText = (refusal) => sentence(`error.${refusal.code}`, refusal) ?? refusal.error;

async function fetchTexts() {
  const response = await fetch(boot.texts, { signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (!response.ok) throw new Error(`status ${response.status}`); // the server was upgraded and no longer has this file
  const { strings, ...others } = await response.json();
  Object.assign(boot.strings, strings);
  catalogue = others;
}

/** Return undefined if the catalogue is not there, or does not know the key. */
function sentence(key, facts) {
  const entry = catalogue?.sentences[keyFor(key, facts)];
  return entry && fillText(entry, valuesOf(key, facts));
}

function keyFor(key, facts) {
  if (facts.many) return `${key}.many`;
  const endings = catalogue.endings[key] ?? [];
  return key + endings.map(([fact, ifSet, ifNot]) => (facts[fact] ? ifSet.replace("{}", () => facts[fact]) : ifNot)).join("");
}

function valuesOf(key, facts) {
  const values = { ...NO_FACTS, ...facts, n: facts.many ?? facts.machines ?? facts.n ?? 0 };
  const [counted, divisor] = catalogue.counted[key] ?? [];
  if (counted) values.n = Math.max(1, Math.round(facts[counted] / divisor));
  for (const name of catalogue.instants) if (facts[name]) values[name] = shortTime(facts[name]);
  if (facts.hours !== undefined) values.time = hoursText(facts.hours);
  if (facts.by && facts.via) values.by = fillText(catalogue.sentences["by.via"], facts);
  return values;
}

/** Return "4 hours" or "1.5 hours"; below one hour, minutes. */
function hoursText(hours) {
  const minutes = Math.round(hours * 60);
  if (minutes < 60) return fillText(catalogue.sentences.minutes, { n: Math.max(1, minutes) });
  return fillText(catalogue.sentences.hours, { n: Math.round(hours * 100) / 100 });
}
