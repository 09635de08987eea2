// At which hours of the week machines are busy: 7 × 24 cells in six steps. One cell has the focus, and arrows move it.
import { clockText, region } from "../format.js";
import { element, html } from "../html.js";
import { t } from "../i18n.js";
import { percent } from "./numbers.js";

const LABELLED = 3; // hours between labels
const MOVES = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
const A_MONDAY = [2024, 0, 1];

export const heat = {
  key: "heat",
  sub: () => t("usage.heat.sub"),
  draw,
  table: ({ heat: rows }) => ({
    columns: [{ name: t("usage.column.hour") }, ...rows.map((_, day) => ({ name: weekday(day, "short"), isNumber: true }))],
    rows: rows[0].map((_, hour) => [time(hour), ...rows.map((row) => percent(row[hour]))]),
  }),
};

function draw(body, { heat: rows }) {
  const peak = busiest(rows);
  const node = element(html`
    <div class="heat" role="grid" aria-label="${t("usage.heat.title")}">${rows.map((row, day) => html`
      <div role="row"><span role="rowheader" aria-label="${weekday(day, "long")}">${weekday(day, "short")}</span>
        ${row.map((share, hour) => cell(day, hour, share, day === peak?.day && hour === peak.hour))}</div>`)}
    </div>`);
  const hoursBelow = element(html`<div class="heat-hours" aria-hidden="true"><span></span>${rows[0].map((_, hour) => html`
    <span>${hour % LABELLED === 0 && twoDigits(hour)}</span>`)}</div>`);
  const usual = peak ? t("usage.heat.busiest", { what: cellName(peak.day, peak.hour, peak.value, "short") }) : "";
  const scale = [0, 1, 2, 3, 4, 5].map((one) => html`<i class="heat-${one}"></i>`);
  const footer = element(html`
    <footer class="key"><span class="heat-scale" aria-hidden="true">0 ${scale} ${percent(1)}</span><span class="heat-value">${usual}</span></footer>`);
  body.append(node, hoursBelow, footer);
  follow(node, footer.querySelector(".heat-value"), usual, peak);
}

const cell = (day, hour, share, isPeak) => html`
  <span role="gridcell" class="heat-${step(share)}${isPeak && " peak"}" tabindex="-1" aria-label="${cellName(day, hour, share)}">${isPeak && Math.round(100 * share)}</span>`;

/** Show the value of the cell that has the focus or is under the pointer. */
function follow(grid, value, usual, peak) {
  const cells = [...grid.querySelectorAll("[role='row']")].map((row) => [...row.querySelectorAll("[role='gridcell']")]);
  const show = (cell) => { value.textContent = cell ? cell.getAttribute("aria-label") : usual; };
  let [day, hour] = peak ? [peak.day, peak.hour] : [0, 0];
  cells[day][hour].tabIndex = 0;
  grid.addEventListener("keydown", (event) => {
    const [down, across] = MOVES[event.key] ?? [0, { Home: -24, End: 24 }[event.key] ?? 0];
    if (!down && !across) return;
    event.preventDefault();
    cells[Math.max(0, Math.min(6, day + down))][Math.max(0, Math.min(23, hour + across))].focus();
  });
  grid.addEventListener("focusin", ({ target }) => {
    cells[day][hour].tabIndex = -1;
    day = cells.findIndex((row) => row.includes(target));
    hour = cells[day].indexOf(target);
    target.tabIndex = 0;
    show(target);
  });
  grid.addEventListener("focusout", () => show(null));
  grid.addEventListener("pointerover", ({ target }) => show(target.closest("[role='gridcell']")));
  grid.addEventListener("pointerleave", () => show(document.activeElement.closest("[role='gridcell']")));
}

function busiest(rows) {
  let found = null;
  rows.forEach((row, day) => row.forEach((share, hour) => { if (share > (found?.value ?? 0)) found = { day, hour, value: share }; }));
  return found;
}

const step = (share) => (share === null ? "none" : share < 0.02 ? 0 : Math.min(5, 1 + Math.floor(share * 5)));
const cellName = (day, hour, share, style = "long") => `${weekday(day, style)} ${time(hour)}, ${percent(share)}`;
const twoDigits = (hour) => String(hour).padStart(2, "0");
const time = (hour) => clockText(`${twoDigits(hour)}:00`);

function weekday(day, style) {
  const [year, month, first] = A_MONDAY;
  return new Intl.DateTimeFormat(region, { weekday: style }).format(new Date(year, month, first + day));
}
