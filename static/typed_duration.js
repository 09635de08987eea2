// Durations as people type them: "2", "1.5", "1,5", "90m", "1h30m", "1:30", "1 час 30 минут". The command line reads them alike.
const HOURS = { d: 24, h: 1, m: 1 / 60, s: 1 / 3600 };
const NUMBER = "\\d+(?:[.,]\\d*)?|[.,]\\d+";
const PARTS = { // each once at most, from large to small
  d: "d(?:ays?)?|д(?:ень|ня|ней)?", h: "h(?:(?:ou)?rs?)?|ч(?:ас(?:а|ов)?)?",
  m: "m(?:in(?:ute)?s?)?|м(?:ин(?:ут[аыу]?)?)?", s: "s(?:ec(?:ond)?s?)?|с(?:ек(?:унд[аыу]?)?)?",
};
const DURATION = new RegExp(`^${Object.entries(PARTS).map(([name, unit]) => `(?:(?<${name}>${NUMBER})\\s*(?:${unit})\\.?)?`).join("\\s*")}$`, "i");
const CLOCK = /^(\d+):([0-5]\d)$/; // hours and minutes
const PLAIN = new RegExp(`^(?:${NUMBER})$`);

/** Return the hours that the text says; a number without a unit is hours. NaN if it is no duration. */
export function typedHours(text) {
  const typed = text.trim();
  if (PLAIN.test(typed)) return numberOf(typed);
  const [, hours, minutes] = CLOCK.exec(typed) ?? [];
  if (hours) return Number(hours) + Number(minutes) / 60;
  const parts = Object.entries(DURATION.exec(typed)?.groups ?? {}).filter(([, number]) => number);
  return parts.length ? parts.reduce((sum, [name, number]) => sum + numberOf(number) * HOURS[name], 0) : NaN;
}

const numberOf = (text) => Number(text.replace(",", "."));
