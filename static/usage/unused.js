// Which machines nobody had, and when somebody last did.
import { dateText } from "../format.js";
import { fill, html } from "../html.js";
import { t } from "../i18n.js";
import { hours } from "./numbers.js";

const SHOWN = 5;

export const unused = {
  key: "unused",
  sub: ({ period }) => (period.days ? t("usage.unused.sub", { n: period.days }) : t("usage.unused.sub_range")),
  draw,
  table: ({ unused: list }) => ({
    columns: ["machine", "last_use", "service_hours"].map((name, index) => ({ name: t(`usage.column.${name}`), isNumber: index === 2 })),
    rows: list.map((one) => [one.vm, lastUse(one), hours(one.service)]),
  }),
};

function draw(body, { unused: list, machines }) {
  if (!list.length) return fill(body, html`<p class="empty-plot">${t("usage.unused.none")}</p>`);
  fill(body, html`
    <ul class="idle">${list.slice(0, SHOWN).map((one) => html`
      <li><span class="name" title="${one.vm}">${one.vm}</span><span class="${one.last ? "last" : "never"}">${lastUse(one)}</span></li>`)}</ul>
    <footer class="key"><span>${t("usage.unused.sum", { count: list.length, n: machines, hours: hours(list.reduce((sum, { service }) => sum + service, 0)) })}</span>
      ${list.length > SHOWN && html`<span>${t("usage.more", { n: list.length - SHOWN })}</span>`}</footer>`);
}

const lastUse = ({ last }) => (last ? `${dateText(new Date(last.at))}, ${last.who}` : t("usage.unused.never"));
