// Durations as people type them: "2", "1.5", "1,5", "90m", "1h30m", "1 ч 30 мин". The command line reads them alike.
const HOURS = { d: 24, h: 1, m: 1 / 60, s: 1 / 3600 };
const NUMBER = "\\d+(?:[.,]\\d*)?|[.,]\\d+";
const PARTS = { d: "d|д", h: "h|ч", m: "m(?:in)?|м(?:ин)?", s: "s|с" }; // each once at most, from large to small
const DURATION = new RegExp(`^${Object.entries(PARTS).map(([name, unit]) => `(?:(?<${name}>${NUMBER})\\s*(?:${unit})\\.?)?`).join("\\s*")}$`, "i");
const PLAIN = new RegExp(`^(?:${NUMBER})$`);

/** Return the hours that the text says; a number without a unit is hours. NaN if it is no duration. */
export function typedHours(text) {
  const typed = text.trim();
  if (PLAIN.test(typed)) return numberOf(typed);
  const parts = Object.entries(DURATION.exec(typed)?.groups ?? {}).filter(([, number]) => number);
  return parts.length ? parts.reduce((hours, [name, number]) => hours + numberOf(number) * HOURS[name], 0) : NaN;
}

const numberOf = (text) => Number(text.replace(",", "."));
