// Which groups are used how much, day by day.
import { region } from "../format.js";
import { element, fill, fragment, html } from "../html.js";
import { t } from "../i18n.js";
import { has12Hours } from "../reader_clock.js";
import { offsetIfAmbiguous } from "../zone.js";
import { drawLines } from "./line_chart.js";
import { sample } from "./marks.js";
import { percent } from "./numbers.js";
import { Walk } from "./walk.js";

export const occupancy = { key: "series", sub: () => t("usage.series.sub"), draw, table };

function table({ times, step, lines }) {
  const name = namer(step);
  return {
    columns: [{ name: t(`usage.column.${step}`) }, ...lines.map((line) => ({ name: line.name, isNumber: true }))],
    rows: times.map((time, index) => [name(time), ...lines.map(({ values }) => percent(values[index]))]).reverse(),
  };
}

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

/** Return the function that names a point: "Tue 17 Nov", with the time where points are hours. An hour may come twice. */
function namer(step) {
  const clock = has12Hours() ? { hour: "numeric", hourCycle: "h12" } : { hour: "2-digit", hourCycle: "h23" };
  const options = { weekday: "short", day: "numeric", month: "short", ...(step === "hour" && { ...clock, minute: "2-digit" }) };
  const format = new Intl.DateTimeFormat(region, options);
  return (time) => format.format(time) + (step === "hour" ? offsetIfAmbiguous(new Date(time)) : "");
}
