// Who had machines for most hours: six of them, the reader always, and what the others have together.
import { fill, html } from "../html.js";
import { t } from "../i18n.js";
import { count, hours } from "./numbers.js";

const SHOWN = 6;

export const people = {
  key: "people",
  sub: () => "",
  draw,
  table: ({ people: list }) => ({
    columns: ["person", "booked_hours", "bookings"].map((name, index) => ({ name: t(`usage.column.${name}`), isNumber: index > 0 })),
    rows: list.map(({ name, booked, bookings }) => [name, hours(booked), count(bookings)]),
  }),
};

function draw(body, { people: list, others: unlisted }) {
  if (!list.length) return fill(body, html`<p class="empty-plot">${t("usage.people.none")}</p>`);
  const shown = firstOf(list);
  const others = list.filter((one) => !shown.includes(one));
  const [number, booked] = [others.length + unlisted.count, others.reduce((sum, one) => sum + one.booked, unlisted.booked)];
  const most = Math.max(...shown.map(({ booked }) => booked));
  fill(body, html`
    <ol class="holders">${shown.map((one) => html`
      <li class="${one.isMe && "me"}"><span class="who" title="${one.title}">${one.isMe ? t("usage.people.you", { who: one.name }) : one.name}</span>
        <svg class="is" width="100%" height="12" aria-hidden="true"><rect width="${most ? Math.round(1000 * one.booked / most) / 10 : 0}%" height="12" rx="3"/></svg><span class="n">${hours(one.booked)}</span></li>`)}
      ${number > 0 && html`<li class="rest"><span class="who">${t("usage.people.others", { n: number })}</span><span class="n">${hours(booked)}</span></li>`}
    </ol>`);
}

/** Return the first of the list, which is in order. The reader takes the last place if not among them. */
function firstOf(list) {
  const me = list.find(({ isMe }) => isMe);
  const first = list.slice(0, SHOWN);
  return !me || first.includes(me) ? first : [...first.slice(0, SHOWN - 1), me];
}
