// Four figures of the whole period, each beside that of the period before.
import { fill, html } from "../html.js";
import { t } from "../i18n.js";
import { count, hours, length, percent } from "./numbers.js";
import { daysText } from "./period.js";

export function showTiles(node, { total, before }) {
  const days = before && daysText(new Date(before.from), new Date(before.to - 1));
  fill(node, html`${[occupancy, booked, wait, bookings].map((tile) => {
    const { name, value, note } = tile(total);
    const was = before && tile(before.total).value;
    return html`<div class="tile"><dt>${name}</dt><dd><b>${value}</b>${was && html`<span class="was" title="${days}: ${was}">${t("usage.before", { value: was })}</span>`}</dd><dd><small title="${note}">${note}</small></dd></div>`;
  })}`);
}

const occupancy = ({ ratio }) => ({ name: t("usage.occupancy"), value: percent(ratio), note: t("usage.of_service") });

const booked = (total) => ({ name: t("usage.booked"), value: hours(total.booked), note: t("usage.of_hours", { n: Math.round(total.service) }) });

function wait(total) {
  const note = total.wait.count ? t("usage.nearly_all", { time: length(total.wait.most) }) : t("usage.nobody_waited");
  return { name: t("usage.wait"), value: length(total.wait.half), note };
}

function bookings(total) {
  const note = total.half === null ? t("usage.nothing_ended") : t("usage.lengths", { half: length(total.half) });
  return { name: t("usage.bookings"), value: count(total.bookings), note };
}
