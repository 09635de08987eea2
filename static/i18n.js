// The sentences of the page, in the reader's language.
import { boot } from "./boot.js";

export const language = boot.language;

const plurals = new Intl.PluralRules(language);
const numbers = new Intl.NumberFormat(language, { maximumFractionDigits: 2 });

/** The sentence under `key`, its blanks filled; plural forms are chosen by `n`. */
export function t(key, values = {}) {
  const entry = boot.strings[key];
  if (entry === undefined) throw new Error(`no sentence "${key}"`);
  const text = typeof entry === "string" ? entry : entry[plurals.select(values.n)] ?? entry.other;
  return text.replace(/\{(\w+)\}/g, (blank, name) => (name in values ? written(values[name]) : blank));
}

function written(value) {
  return typeof value === "number" ? numbers.format(value) : String(value);
}
