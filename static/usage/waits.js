// How long people wait for machines of each group: half of them, and nearly all.
import { fill, html } from "../html.js";
import { t } from "../i18n.js";
import { mark } from "./marks.js";
import { count, length } from "./numbers.js";

const SHOWN = 5; // groups; the table has all
const TICKS = [0, 1 / 4, 1, 4, 24, 168]; // hours
const LEAST = 4; // hours at the right edge

export const waits = {
  key: "waits",
  sub: () => "",
  draw,
  table: ({ groups }) => ({
    columns: ["group", "half", "most", "waits", "given_up"].map((name, index) => ({ name: t(`usage.column.${name}`), isNumber: index > 0 })),
    rows: groups.map(({ name, wait, givenUp }) => [name, length(wait.half), length(wait.most), count(wait.count), count(givenUp)]),
  }),
};

function draw(body, { groups }) {
  const waited = groups.filter(({ wait }) => wait.half !== null).sort((a, b) => (b.rank > 0) - (a.rank > 0) || b.wait.count - a.wait.count);
  if (!waited.length) return fill(body, html`<p class="empty-plot">${t("usage.nobody_waited")}</p>`);
  const longest = Math.max(LEAST, ...waited.map(({ wait }) => wait.most ?? wait.half));
  const x = (inHours) => Math.round(1000 * scale(inHours) / scale(longest)) / 10;
  const more = waited.length - SHOWN;
  fill(body, html`
    <div class="waits">
      <div class="wait-levels" aria-hidden="true">${TICKS.filter((tick) => tick <= longest).map((tick) => html`<span class="level${x(tick) > 92 ? " at-end" : ""}" data-at="${x(tick)}"><i>${tick ? length(tick) : "0"}</i></span>`)}</div>
      <ul>${waited.slice(0, SHOWN).map((group) => html`<li><b>${group.name}</b><span>${between(group.wait)}</span>${span(group, x)}</li>`)}</ul>
    </div>
    <footer class="key"><span>${half} ${t("usage.waits.half")}</span><span>${most} ${t("usage.waits.most")}</span>${more > 0 && html`<span>${t("usage.more", { n: more })}</span>`}</footer>`);
  // The policy of the page forbids styles in markup
  for (const level of body.querySelectorAll("[data-at]")) level.style.setProperty("left", `${level.dataset.at}%`);
}

/** Equal steps for 15 minutes, 1 hour and 4: short waits are told apart, and long ones have room. */
const scale = (inHours) => Math.log1p(inHours * 60);

const between = ({ half: least, most: longest }) => (longest === null || length(least) === length(longest) ? length(least) : `${length(least)} – ${length(longest)}`);

/** Places are shares of the width, so the drawing fits any without being scaled. */
function span({ rank, wait }, x) {
  const [from, to] = [x(wait.half), x(wait.most ?? wait.half)];
  return html`<svg class="span of-${rank}" width="100%" height="16" aria-hidden="true"><line x1="${from}%" x2="${to}%" y1="8" y2="8"/>
    <svg x="${to}%" overflow="visible"><path d="M0 2v12"/></svg><svg x="${from}%" overflow="visible">${mark(rank, 0, 8, 5)}</svg></svg>`;
}

const half = html`<svg width="12" height="12" aria-hidden="true"><circle cx="6" cy="6" r="5" fill="currentColor"/></svg>`;
const most = html`<svg width="14" height="12" aria-hidden="true"><path d="M1 6h11M12 1v10" stroke="currentColor" stroke-width="2.4" stroke-linecap="round"/></svg>`;
