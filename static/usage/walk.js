// One point of the lines at a time: under the pointer, or by ← and →. Its values are shown beside it and read out.
import { fill, html } from "../html.js";
import { BOTTOM, TOP } from "./line_chart.js";
import { mark, sample } from "./marks.js";
import { percent } from "./numbers.js";

const NEAR = 14; // pixels between the pointer and a grey line that it points at
const STEPS = { ArrowLeft: -1, ArrowRight: 1, PageUp: -7, PageDown: 7 };
const GAP = 12;

export class Walk {
  /** `area` holds the drawing and has the focus. `nameAt(index)` names a point, as "Tue 17 Nov". */
  constructor(area, times, lines, nameAt) {
    Object.assign(this, { area, times, lines, nameAt, drawing: null, at: null, line: null });
    this.tip = area.querySelector(".tip");
    area.setAttribute("aria-valuemin", "0");
    area.setAttribute("aria-valuemax", String(times.length - 1));
    area.addEventListener("keydown", (event) => this.onKey(event));
    area.addEventListener("focus", () => area.matches(":focus-visible") && this.go(this.at ?? times.length - 1));
    area.addEventListener("blur", () => this.leave());
    for (const type of ["pointermove", "pointerdown"]) area.addEventListener(type, (event) => this.onPointer(event));
    area.addEventListener("pointerleave", ({ pointerType }) => pointerType !== "touch" && this.leave()); // a finger leaves at once
    this.say(times.length - 1);
  }

  /** Take another drawing of the same lines. */
  draw(drawing) {
    this.drawing = drawing;
    if (this.at !== null) this.go(this.at);
  }

  onKey(event) {
    if (event.key === "Escape") return this.leave();
    const last = this.times.length - 1;
    const ends = { Home: 0, End: last };
    const across = STEPS[event.key], down = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (across === undefined && down === undefined && ends[event.key] === undefined) return;
    event.preventDefault();
    if (down) this.line = this.lines[((this.line ? this.lines.indexOf(this.line) : down > 0 ? -1 : 0) + down + this.lines.length) % this.lines.length];
    this.go(ends[event.key] ?? Math.max(0, Math.min(last, (this.at ?? last) + (across ?? 0))));
  }

  onPointer({ clientX, clientY, pointerType }) {
    const box = this.area.getBoundingClientRect();
    const [x, y] = [clientX - box.left, clientY - box.top];
    const at = nearest(this.times.map(this.drawing.x), x);
    const pointed = pointerType === "touch" ? null : this.lines.filter(({ values }) => values[at] !== null)
      .map((line) => ({ line, distance: Math.abs(this.drawing.y(line.values[at]) - y) }))
      .sort((a, b) => a.distance - b.distance)[0];
    this.line = pointed && pointed.distance < NEAR ? pointed.line : null;
    this.go(at);
  }

  go(at) {
    this.at = at;
    this.say(at);
    this.showTip(at);
    const { x, y } = this.drawing;
    const place = Math.round(x(this.times[at]) * 10) / 10;
    const marks = this.shown().filter(({ values }) => values[at] !== null).map((line) => mark(line.rank, place, y(line.values[at]), line === this.line ? 5 : 4));
    this.put(html`<svg>${this.line && html`<path class="line of-${this.line.rank} pointed" d="${this.pathOf(this.line)}"/>`}
      <path class="hair" d="M${place} ${TOP}V${BOTTOM}"/>${marks}</svg>`);
  }

  leave() {
    Object.assign(this, { at: null, line: null });
    this.tip.hidden = true;
    this.put(html`<svg></svg>`);
  }

  /** The lines with colours, and the one that is pointed at. */
  shown() {
    return this.lines.filter((line) => line.rank || line === this.line);
  }

  say(at) {
    const first = this.line ? [this.line] : [];
    const said = [...first, ...this.shown().filter((line) => line !== this.line)].map(({ name, values }) => `${name} ${percent(values[at])}`);
    this.area.setAttribute("aria-valuenow", String(at));
    this.area.setAttribute("aria-valuetext", `${this.nameAt(at)}: ${said.join(", ")}`);
  }

  showTip(at) {
    fill(this.tip, html`<b>${this.nameAt(at)}</b><ul>${this.shown().map((line) => html`
      <li class="${line === this.line ? "pointed" : ""}">${sample(line.rank)}<span>${line.name}</span><b>${percent(line.values[at])}</b></li>`)}</ul>`);
    this.tip.hidden = false;
    const place = this.drawing.x(this.times[at]), room = this.drawing.right;
    const { offsetWidth: width, offsetHeight: height } = this.tip;
    const left = place + GAP + width <= room ? place + GAP : place - GAP - width;
    this.tip.style.setProperty("left", `${Math.max(0, Math.min(room - width, left))}px`);
    this.tip.style.setProperty("top", `${Math.max(TOP, (TOP + BOTTOM - height) / 2)}px`);
  }

  pathOf(line) {
    const number = this.lines.indexOf(line);
    return this.area.querySelector(`[data-line="${number}"]`).getAttribute("d");
  }

  /** Parsing through an <svg> makes the elements SVG. */
  put(markup) {
    const parsed = document.createElement("template");
    parsed.innerHTML = markup.toString();
    this.area.classList.toggle("pointing", Boolean(this.line));
    this.area.querySelector(".here").replaceChildren(...parsed.content.firstElementChild.childNodes);
  }
}

/** Return the index of the number nearest to `wanted`. */
function nearest(numbers, wanted) {
  let found = 0;
  numbers.forEach((number, index) => { if (Math.abs(number - wanted) < Math.abs(numbers[found] - wanted)) found = index; });
  return found;
}
