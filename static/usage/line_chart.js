// Lines of shares over days, as SVG for one width: text has 12 pixels at any.
import { html } from "../html.js";
import { fitted, placeApart, textWidth } from "./end_labels.js";
import { mark } from "./marks.js";
import { percent } from "./numbers.js";
import { ticks, weekends } from "./time_axis.js";

export const TOP = 8;
export const BOTTOM = 232;
const HEIGHT = 256, LEFT = 34;
const LABELS_FROM = 520; // pixels; in a narrower plot the legend below has the names
const LABEL_ROOM = 16;
const TICK_ROOM = 60;
const DENSE = 120; // points; of more, lines are thinner

/**
 * Return `{svg, x, y, right, hasNames}`: the drawing, where an instant and a share are in it, and where it ends. `lines`
 * are `{name, rank, values}`, with a value or null for each of the instants `times`. Those with a rank are named at their
 * ends, where there is room; the others are grey.
 */
export function drawLines(width, times, lines) {
  const named = lines.filter(({ rank }) => rank);
  const labels = width >= LABELS_FROM ? named.map((line) => endLabel(line, width)) : [];
  const right = width - (labels.length ? 26 + Math.max(...labels.map((label) => label.width)) : 10);
  const [from, to] = [times[0], times[times.length - 1]];
  const x = (time) => (to > from ? LEFT + ((time - from) * (right - LEFT)) / (to - from) : (LEFT + right) / 2);
  const y = (share) => BOTTOM - share * (BOTTOM - TOP);
  const drawing = { times, x, y, right };
  const drawn = lines.map(({ rank, values }, index) => html`<path class="line of-${rank}" data-line="${index}" d="${path(drawing, values)}"/>`);
  const svg = html`
    <svg class="chart${times.length > DENSE && " dense"}" width="${width}" height="${HEIGHT}" viewBox="0 0 ${width} ${HEIGHT}" aria-hidden="true">
      ${bands(drawing)}${levels(drawing)}${days(drawing)}
      <g class="others">${drawn.filter((_, index) => !lines[index].rank)}</g>
      ${area(drawing, named[0]?.values ?? [])}
      ${drawn.filter((_, index) => lines[index].rank)}
      ${ends(drawing, named, labels)}
      <g class="here"></g>
    </svg>`;
  return { svg, x, y, right, hasNames: labels.length > 0 };
}

/** A point stands for the day or hour that begins there, so a weekend reaches half a day to the left of its first. */
function bands({ times, x, right }) {
  const half = times.length > 1 ? (times[1] - times[0]) / 2 : 0;
  return weekends(times[0], times[times.length - 1]).map((one) => {
    const [left, end] = [one.from, one.to].map((time) => Math.max(LEFT, Math.min(right, x(time - half))));
    return end > left && html`<rect class="rest" x="${round(left)}" y="${TOP}" width="${round(end - left)}" height="${BOTTOM - TOP}"/>`;
  });
}

function levels({ y, right }) {
  return [0, 0.25, 0.5, 0.75, 1].map((share) => html`
    <path class="level" d="M${LEFT} ${y(share)}H${round(right)}"/><text x="${LEFT - 6}" y="${y(share) + 4}" text-anchor="end">${100 * share}</text>`);
}

function days({ times, x, right }) {
  const most = Math.max(2, Math.floor((right - LEFT) / TICK_ROOM));
  return ticks(times[0], times[times.length - 1], most).map(({ at, text }) => {
    const place = x(at);
    const anchor = place < LEFT + 20 ? "start" : place > right - 20 ? "end" : "middle";
    return html`<text x="${round(place)}" y="250" text-anchor="${anchor}">${text}</text>`;
  });
}

/** Return the path through all values. It has a gap where there is none. */
function path({ times, x, y }, values) {
  let text = "", isOpen = false;
  values.forEach((value, index) => {
    if (value === null) { isOpen = false; return; }
    const alone = !isOpen && (values[index + 1] ?? null) === null;
    text += `${isOpen ? "L" : "M"}${round(x(times[index]))} ${round(y(value))}${alone ? "h.1" : ""}`;
    isOpen = true;
  });
  return text;
}

/** The ground below the first line, unless that has gaps. */
function area(drawing, values) {
  if (values.length < 2 || values.includes(null)) return "";
  return html`<path class="area" d="${path(drawing, values)}V${BOTTOM}H${round(drawing.x(drawing.times[0]))}z"/>`;
}

function ends({ times, x, y, right }, named, labels) {
  const lasts = named.map(({ values }) => lastIndex(values));
  const tops = named.map(({ values }, index) => y(values[lasts[index]] ?? 0));
  const marks = named.map(({ rank }, index) => lasts[index] >= 0 && mark(rank, round(x(times[lasts[index]])), round(tops[index])));
  const places = placeApart(labels.map((_, index) => tops[index]), LABEL_ROOM, TOP, BOTTOM);
  return [...marks, ...labels.map(({ value, name }, index) => html`
    ${Math.abs(places[index] - tops[index]) > 3 && html`<path class="leader" d="M${round(right + 5)} ${round(tops[index])}L${round(right + 13)} ${round(places[index])}"/>`}
    <text x="${round(right + 16)}" y="${round(places[index] + 4)}"><tspan class="strong">${percent(value)}</tspan> ${name}</text>`)];
}

function endLabel({ name, values }, width) {
  const value = values[lastIndex(values)] ?? null;
  const numberWidth = textWidth(percent(value), 600);
  const text = fitted(name, Math.max(48, width * 0.24 - numberWidth));
  return { value, name: text, width: numberWidth + 4 + textWidth(text) };
}

function lastIndex(values) {
  for (let index = values.length - 1; index >= 0; index -= 1) if (values[index] !== null) return index;
  return -1;
}

const round = (number) => Math.round(number * 10) / 10;
