// The heads of the dense list's columns, which sort it, and the place of a machine in it that has changed.
import { element, html, icon } from "../html.js";
import { t } from "../i18n.js";
import { applySort, COLUMNS, compareVms, onSort, sortBy, sorting } from "../sorting.js";
import { state } from "../state.js";

const root = element(html`
  <div class="column-headers" role="table" aria-label="${t("columns.label")}"><div role="row">${COLUMNS.map((column) => html`
    <span role="columnheader" class="${column}"><button data-sort="${column}" title="${t(`columns.${column}`)}">${column === "waits"
      ? html`${icon("queue")}<span class="sr-only">${t("columns.waits")}</span>` : t(`columns.${column}`)}</button></span>`)}</div></div>`);

export function mountColumnHeaders() {
  document.getElementById("sections").before(root);
  root.addEventListener("click", ({ target }) => {
    const column = target.closest("[data-sort]")?.dataset.sort;
    if (column) sortBy(column);
  });
  onSort(markSorted);
  applySort();
}

function markSorted() {
  for (const card of document.querySelectorAll(".card.flash")) card.classList.remove("flash"); // it would begin anew with the move
  for (const header of root.querySelectorAll("[role='columnheader']")) {
    if (header.className !== sorting.by) header.removeAttribute("aria-sort");
    else header.setAttribute("aria-sort", sorting.descending ? "descending" : "ascending");
  }
}

/** Move a card that changed to where it belongs now, unless somebody is at it. */
export function moveIntoOrder(card) {
  if (!card || sorting.by === "name" || card.matches(":hover, :focus-within")) return;
  const others = [...card.parentNode.children].filter((node) => node !== card);
  const vm = vmOf(card);
  let [low, high] = [0, others.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compareVms(vmOf(others[middle]), vm) < 0) low = middle + 1;
    else high = middle;
  }
  const next = others[low] ?? null;
  if (card.nextElementSibling !== next) card.parentNode.insertBefore(card, next);
}

const vmOf = (card) => state.vms.get(card.querySelector(".name").dataset.vm);
