// The bar above the plots: which days, how many people booked something, and each machine's figures as CSV.
import { element, html } from "../html.js";
import { t } from "../i18n.js";
import { download } from "./icons.js";
import { daysOf, daysText, dayText, parseDay, PRESETS, today } from "./period.js";

const YEAR = 365;

/** Return the bar. `choose(parameters)` is called with what the address should say of the days. */
export function createPageBar(choose) {
  const node = element(html`
    <header class="page-bar"><h1 tabindex="-1">${t("nav.usage")}</h1>
      <div class="segmented" role="group" aria-label="${t("usage.days_label")}">${PRESETS.map((days) => html`
        <button data-days="${days}">${days === YEAR ? t("usage.year") : t("usage.days", { n: days })}</button>`)}</div>
      <details class="range"><summary class="select"><span class="sr-only">${t("usage.range")}: </span><b></b></summary>
        <form class="range-form" novalidate>
          <label class="field"><span class="label">${t("usage.from")}</span><input class="input" type="date" name="from" required></label>
          <label class="field"><span class="label">${t("usage.to")}</span><input class="input" type="date" name="to" required></label>
          <p class="error" role="alert" hidden></p><button class="button primary">${t("usage.show")}</button></form></details>
      <span class="muted people-count"></span>
      <a class="button csv" download hidden title="${t("usage.csv_machines")}">${download}CSV<span class="sr-only">: ${t("usage.csv_machines")}</span></a></header>`);
  const range = node.querySelector("details"), form = node.querySelector("form");
  node.querySelector(".segmented").addEventListener("click", ({ target }) => {
    const { days } = target.closest("[data-days]")?.dataset ?? {};
    if (days) choose({ days, from: "", to: "" });
  });
  form.addEventListener("submit", (event) => { event.preventDefault(); send(form, range, choose); });
  closeOutside(range);
  return node;
}

export function showPeriod(node, period) {
  const { first, last } = daysOf(period);
  for (const button of node.querySelectorAll("[data-days]")) button.setAttribute("aria-pressed", String(Number(button.dataset.days) === period.days));
  node.querySelector("summary b").textContent = daysText(first, last);
  const { from, to } = node.querySelector("form").elements;
  Object.assign(from, { value: dayText(first), max: dayText(today()) });
  Object.assign(to, { value: dayText(last), max: dayText(today()) });
}

/** Lead to the CSV of the figures that are shown. Until there are any, it is hidden. */
export function showCsv(node, address) {
  Object.assign(node.querySelector(".csv"), { href: address, hidden: false });
}

/** A person and the tokens of the same are one; of those who are not listed nobody knows. */
export function showPeopleCount(node, { people: list, others }) {
  const people = new Set(list.map(({ email }) => email)).size + others.count;
  node.querySelector(".people-count").textContent = people ? t("usage.people_booked", { n: people }) : "";
}

function send(form, range, choose) {
  const [from, to] = [form.elements.from.value, form.elements.to.value].map(parseDay);
  const mistake = mistakeIn(from, to), error = form.querySelector(".error");
  error.hidden = !mistake;
  error.textContent = mistake && t(mistake);
  if (mistake) return form.elements[from ? "to" : "from"].focus();
  range.open = false;
  range.querySelector("summary").focus();
  choose({ days: "", from: dayText(from), to: dayText(to) });
}

function mistakeIn(from, to) {
  if (!from || !to) return "usage.range_missing";
  if (from > today()) return "usage.range_ahead";
  return from > to ? "usage.range_reversed" : "";
}

/** Close the form at Escape and when the focus or a click goes elsewhere. */
function closeOutside(range) {
  range.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !range.open) return;
    range.open = false;
    range.querySelector("summary").focus();
  });
  range.addEventListener("focusout", ({ relatedTarget }) => { if (relatedTarget && !range.contains(relatedTarget)) range.open = false; });
  const closeAtClick = ({ target }) => { if (!range.contains(target)) range.open = false; };
  range.addEventListener("toggle", () => {
    if (range.open) document.addEventListener("pointerdown", closeAtClick);
    else document.removeEventListener("pointerdown", closeAtClick);
  });
}
