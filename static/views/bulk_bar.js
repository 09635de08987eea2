// The bar at the bottom while machines are selected: how many, and the bulk actions.
import { bulkActions, firstObstacle, idsFor } from "../bulk_actions.js";
import { onFilter } from "../filter.js";
import { element, fill, html, icon, isRendered, setText } from "../html.js";
import { t } from "../i18n.js";
import { clearSelection, onSelectionChange, selected } from "../selection.js";
import { state, subscribe } from "../state.js";
import { selectAll, shortcutKey, shownIds } from "./card_selection.js";
import { keepRoom } from "./room.js";

const bar = () => element(html`
  <section class="bulk-bar" aria-label="${t("bulk.label")}" hidden>
    <p class="count" role="status"></p>
    <button class="button small plain" data-select-all></button>
    <div class="actions"></div>
    <button class="icon-button" data-select-none title="${t("bulk.none")}" aria-label="${t("bulk.none")}">${icon("close")}</button>
  </section>`);
let root, scheduled, focusBefore;
const part = (selector) => root.querySelector(selector);

export function mountBulkBar() {
  root = bar();
  document.getElementById("toasts").before(root);
  for (const listenTo of [onSelectionChange, onFilter, subscribe]) listenTo(scheduleDraw);
  document.addEventListener("keydown", (event) => shortcutKey(event) === "b" && !root.hidden && focusBar());
  root.addEventListener("click", ({ target }) => {
    if (target.closest("[data-select-all]")) selectAll();
    if (target.closest("[data-select-none]")) clearSelection();
  });
  keepRoom(root, "--bar-room");
  scheduleDraw();
}

function focusBar() {
  if (!root.contains(document.activeElement)) focusBefore = document.activeElement;
  part(".actions button").focus();
}

/** Return the focus to where it was before the bar; that machine may be gone or hidden by now. */
function returnFocus() {
  const visible = focusBefore?.isConnected && isRendered(focusBefore);
  (visible ? focusBefore : document.getElementById("board")).focus();
}

/** Draw at most once per frame. */
function scheduleDraw() {
  if (selected.size || !root.hidden) scheduled ??= requestAnimationFrame(draw);
}

function draw() {
  scheduled = undefined;
  if (!selected.size) {
    if (root.contains(document.activeElement)) returnFocus();
    setText(part(".count"), "");
    return void (root.hidden = true);
  }
  root.hidden = false;
  const shown = shownIds();
  const hiddenCount = selected.size - shown.filter((id) => selected.has(id)).length;
  const text = [t("bulk.chosen", { n: selected.size }), hiddenCount && t("bulk.away", { n: hiddenCount })].filter(Boolean).join(", ");
  setTimeout(() => setText(part(".count"), text)); // screen readers announce only a change in an element that is already there
  setText(part("[data-select-all]"), shown.length && selected.size - hiddenCount === shown.length ? t("bulk.none") : t("bulk.all", { n: shown.length }));
  drawActions();
}

function drawActions() {
  const container = part(".actions");
  if (container.dataset.actions !== bulkActions().join()) {
    container.dataset.actions = bulkActions().join();
    fill(container, html`${bulkActions().map((action) => html`
      <button class="button small" data-action="bulk" data-needs-connection data-bulk-action="${action}">${t(`bulk.${action}`)}</button>`)}`);
  }
  for (const button of container.children) {
    button.hidden = !idsFor(button.dataset.bulkAction, selected).length;
    const reason = firstObstacle(button.dataset.bulkAction, selected)?.reason;
    button.toggleAttribute("data-blocked", Boolean(reason));
    button.title = reason ?? "";
    button.setAttribute("aria-disabled", String(Boolean(reason) || !state.online));
  }
}
