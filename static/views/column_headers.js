// The column headers of the dense list, which sort it, and moving a changed machine into the order.
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
  // Moving a card would start its animation again
  for (const card of document.querySelectorAll(".card.flash")) card.classList.remove("flash");
  for (const header of root.querySelectorAll("[role='columnheader']")) {
    if (header.className !== sorting.by) header.removeAttribute("aria-sort");
    else header.setAttribute("aria-sort", sorting.descending ? "descending" : "ascending");
  }
}

/** Move a changed card to its place in the order, unless it is hovered or focused. */
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
