// The numbers of a plot as a table. On a phone each row is a list of names and values. Long tables grow on request.
import { element, fill, fragment, html } from "../html.js";
import { t } from "../i18n.js";

const CHUNK = 60; // rows

/** Fill the node with a table. `columns` are `{name, isNumber}`, and each row has a text for each of them. */
export function drawTable(node, { columns, rows }, title) {
  if (!rows.length) return fill(node, html`<p class="muted">${t("usage.no_rows")}</p>`);
  // The roles are those of the elements: laid out as a list, they lose their own
  fill(node, html`
    <div class="table-room" tabindex="0" role="region" aria-label="${t("usage.as_table", { title })}">
      <table role="table" aria-label="${title}"><thead role="rowgroup"><tr role="row">${columns.map(({ name, isNumber }) => html`<th role="columnheader" class="${isNumber && "number"}">${name}</th>`)}</tr></thead>
        <tbody role="rowgroup"></tbody></table></div>
    <button class="button small" hidden></button>`);
  const body = node.querySelector("tbody"), more = node.querySelector("button");
  let shown = 0;
  more.addEventListener("click", showMore);
  showMore();

  function showMore() {
    const next = rows.slice(shown, shown ? shown + 10 * CHUNK : CHUNK);
    body.append(tableRows(columns, next));
    shown += next.length;
    more.hidden = shown >= rows.length;
    more.textContent = t("usage.more_rows", { n: rows.length - shown });
  }
}

function tableRows(columns, rows) {
  const table = element(html`<table><tbody>${rows.map((row) => html`<tr role="row">${row.map((text, index) => cell(columns[index], text, index))}</tr>`)}</tbody></table>`);
  const found = fragment("");
  found.append(...table.tBodies[0].rows);
  return found;
}

function cell({ name, isNumber }, text, index) {
  const attributes = html`data-name="${name}" class="${isNumber && "number"}"`;
  return index ? html`<td role="cell" ${attributes}>${text}</td>` : html`<th role="rowheader" ${attributes}>${text}</th>`;
}
