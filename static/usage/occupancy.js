// Which groups are used how much, day by day.
import { element, fill, fragment, html } from "../html.js";
import { region } from "../format.js";
import { t } from "../i18n.js";
import { drawLines } from "./line_chart.js";
import { sample } from "./marks.js";
import { hours, percent } from "./numbers.js";
import { Walk } from "./walk.js";

export const occupancy = {
  key: "series",
  sub: () => t("usage.series.sub"),
  draw,
  table: ({ times, step, lines }) => ({
    columns: [{ name: t(`usage.column.${step}`) }, ...lines.map(({ name }) => ({ name, isNumber: true }))],
    rows: times.map((time, index) => [namer(step)(time), ...lines.map(({ values }) => percent(values[index]))]).reverse(),
  }),
};

function draw(body, { times, step, lines }) {
  if (!lines.length) return fill(body, html`<p class="muted">${t("usage.series.none")}</p>`);
  const name = namer(step);
  const area = element(html`<div class="lines" tabindex="0" role="slider" aria-label="${t("usage.series.walk")}"><div class="drawing"></div><div class="tip" hidden></div></div>`);
  body.append(area, fragment(legend(lines)));
  const names = body.querySelector(".legend");
  const drawing = area.querySelector(".drawing");
  const watch = new ResizeObserver(() => drawAnew()); // the width is known from its first call on, too
  let walk = null, width = 0;
  watch.observe(area);
  return () => watch.disconnect();

  function drawAnew() {
    const wanted = Math.floor(area.clientWidth);
    if (wanted === width || !wanted) return;
    width = wanted;
    const drawn = drawLines(width, times, lines);
    drawing.innerHTML = drawn.svg.toString();
    walk ??= new Walk(area, times, lines, (index) => name(times[index]));
    walk.draw(drawn);
    names.hidden = drawn.hasNames;
  }
}

/** The names that have no room at the ends of lines, and how many lines are grey. */
function legend(lines) {
  const grey = lines.filter(({ rank }) => !rank).length;
  return html`
    <ul class="legend">${lines.filter(({ rank }) => rank).map(({ rank, name, values }) => html`<li>${sample(rank)}<span>${name}</span> <b>${percent(values.at(-1))}</b></li>`)}</ul>
    ${grey > 0 && html`<p class="hint">${t("usage.series.grey", { n: grey })}</p>`}`;
}

/** Return the function that names a point: "Tue 17 Nov", with the time where points are hours. */
function namer(step) {
  const day = new Intl.DateTimeFormat(region, { weekday: "short", day: "numeric", month: "short", ...(step === "hour" && { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }) });
  return (time) => day.format(time);
}
