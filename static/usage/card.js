// The frame of a plot: its question, and the same numbers as a table and as CSV.
import { element, fill, html, icon } from "../html.js";
import { t } from "../i18n.js";
import { download } from "./icons.js";
import { drawTable } from "./table.js";

/**
 * Return a card for a plot. A plot has a `key`, which is also the name of its CSV; `sub(figures)`: what its numbers are;
 * `draw(body, figures)`; and `table(figures)`: `{columns, rows}`. `draw` may return a function that ends what it began.
 */
export function createCard(plot, onTable) {
  const title = t(`usage.${plot.key}.title`);
  const node = element(html`
    <section class="plot plot-${plot.key}" aria-labelledby="plot-${plot.key}">
      <header><h2 id="plot-${plot.key}">${title}</h2><span class="sub"></span><span class="tools">
        <button class="icon-button" aria-pressed="false" aria-label="${t("usage.as_table", { title })}" title="${t("usage.table")}">${icon("list")}</button>
        <a class="icon-button" download aria-label="${t("usage.csv_of", { title })}" title="CSV">${download}</a></span></header>
      <div class="plot-body"></div>
    </section>`);
  const [body, button, link] = [".plot-body", "button", "a"].map((part) => node.querySelector(part));
  const card = { node, plot, body, button, link, asTable: false, end: null };
  card.button.addEventListener("click", () => onTable(plot.key));
  return card;
}

/** Show the figures, as plot or as table. `csv` is the address of the same numbers. */
export function showCard(card, figures, asTable, csv) {
  card.end?.();
  card.asTable = asTable;
  card.button.setAttribute("aria-pressed", String(asTable));
  card.link.href = csv;
  card.node.querySelector(".sub").textContent = card.plot.sub(figures);
  card.node.classList.toggle("as-table", asTable);
  fill(card.body);
  if (asTable) card.end = drawTable(card.body, card.plot.table(figures), t(`usage.${card.plot.key}.title`));
  else card.end = card.plot.draw(card.body, figures);
}

export const closeCard = (card) => card.end?.();
