// What has to be said above the plots, or in their place: since when there are figures, or why there are none.
import { dayAndTime, HOUR } from "../format.js";
import { t } from "../i18n.js";
import { isAdmin, state } from "../state.js";
import { daysOf, daysText } from "./period.js";

const A_DAY = 24 * HOUR;

/** Return what stands in the place of the plots if there is nothing to plot, or "". `group`: only its machines are asked for. */
export function emptyText({ isEmpty, since, to }, group) {
  if (!isEmpty) return "";
  if (!state.vms.size) return t(isAdmin() ? "usage.empty_admin" : "usage.empty");
  if (since === null || since >= to) return t("usage.not_yet");
  return t(group ? "usage.empty_group" : "usage.empty_days");
}

/** Return what has failed, why, and of which days the figures are that stay. `figures`: null if there are none yet. */
export function failureText(error, period, figures) {
  const days = textOf(period), stay = figures && textOf(figures.period);
  const why = error.code === "unreachable" ? t("usage.no_answer") : error.message;
  return [t("usage.failed", { days }), why, stay && stay !== days && t("usage.of_other_days", { days: stay })].filter(Boolean).join(" ");
}

function textOf(period) {
  const { first, last } = daysOf(period);
  return daysText(first, last);
}

/** Return the sentence above the plots, or "". */
export function noteFor({ isEmpty, since, from, to }) {
  if (isEmpty || since === null || since <= from) return "";
  return t(to - since < A_DAY ? "usage.young" : "usage.since", { time: dayAndTime(since) });
}
