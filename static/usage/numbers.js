// Numbers as the reader's language writes them.
import { duration, MINUTE, region } from "../format.js";
import { t } from "../i18n.js";

const counts = new Intl.NumberFormat(region);
const percents = new Intl.NumberFormat(region, { style: "percent", maximumFractionDigits: 0 });

/** Return a share as text: "58%" in English, "58 %" in Russian. "–" where there is none: nothing was in service. */
export const percent = (share) => (share === null || share === undefined ? "–" : percents.format(share));

export const count = (number) => counts.format(number);

/** Return hours as text: "12,140 h", and "3.5 h" below ten. */
export const hours = (number) => t("time.hours", { n: rounded(number) });

const ROUNDING = [[600, 30], [60, 5], [0, 1]]; // from so many minutes on, to so many: percentiles are known to within 5 %

/** Return a length of time, given in hours, as text: "18 min", "1 h 50 min". "–" where there is none. */
export function length(inHours) {
  if (inHours === null || inHours === undefined) return "–";
  const [, step] = ROUNDING.find(([least]) => inHours * 60 >= least);
  const minutes = Math.round(inHours * 60 / step) * step;
  return minutes ? duration(minutes * MINUTE) : t("time.minutes", { n: 0 });
}

const rounded = (number) => (number < 10 ? Math.round(number * 10) / 10 : Math.round(number));
