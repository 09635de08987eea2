// The bar below while machines are chosen: how many, and what can be done with all of them.
import { hindrance, kinds } from "../bulk_actions.js";
import { onFilter } from "../filter.js";
import { element, fill, html, icon, setText } from "../html.js";
import { t } from "../i18n.js";
import { chosen, chooseNone, onChoice } from "../selection.js";
import { state, subscribe } from "../state.js";
import { chooseAll, keyOf, shownIds } from "./card_selection.js";

const root = element(html`
  <section class="bulk" aria-label="${t("bulk.label")}" hidden>
    <p class="count" role="status"></p>
    <button class="button small plain" data-all></button>
    <div class="acts"></div>
    <button class="icon-button" data-none title="${t("bulk.none")}" aria-label="${t("bulk.none")}">${icon("close")}</button>
  </section>`);
let planned, cameFrom;
const part = (selector) => root.querySelector(selector);

export function drawBulkBar() {
  document.getElementById("toasts").before(root);
  for (const follow of [onChoice, onFilter, subscribe]) follow(plan);
  document.addEventListener("keydown", (event) => keyOf(event) === "b" && !root.hidden && enter());
  root.addEventListener("click", ({ target }) => {
    if (target.closest("[data-all]")) chooseAll();
    if (target.closest("[data-none]")) chooseNone();
  });
}

function enter() {
  if (!root.contains(document.activeElement)) cameFrom = document.activeElement;
  part(".acts button").focus();
}

/** Back to the machine that one came from; it may be gone, or not be shown any more. */
function leave() {
  const there = cameFrom?.isConnected && cameFrom.checkVisibility();
  (there ? cameFrom : document.getElementById("board")).focus();
}

/** At most once a frame, whatever came. */
function plan() {
  if (chosen.size || !root.hidden) planned ??= requestAnimationFrame(draw);
}

function draw() {
  planned = undefined;
  if (!chosen.size) {
    if (root.contains(document.activeElement)) leave();
    setText(part(".count"), "");
    return void (root.hidden = true);
  }
  root.hidden = false;
  const shown = shownIds();
  const away = chosen.size - shown.filter((id) => chosen.has(id)).length;
  const words = [t("bulk.chosen", { n: chosen.size }), away && t("bulk.away", { n: away })].filter(Boolean).join(", ");
  setTimeout(() => setText(part(".count"), words)); // only what changes where it stood already is said aloud
  setText(part("[data-all]"), shown.length && chosen.size - away === shown.length ? t("bulk.none") : t("bulk.all", { n: shown.length }));
  drawActs();
}

function drawActs() {
  const acts = part(".acts");
  if (acts.dataset.of !== kinds().join()) {
    acts.dataset.of = kinds().join();
    fill(acts, html`${kinds().map((kind) => html`
      <button class="button small" data-act="bulk" data-acts data-kind="${kind}">${t(`bulk.${kind}`)}</button>`)}`);
  }
  for (const button of acts.children) {
    const why = hindrance(button.dataset.kind, chosen)?.why;
    button.toggleAttribute("data-hindered", Boolean(why));
    button.title = why ?? "";
    button.setAttribute("aria-disabled", String(Boolean(why) || !state.online));
  }
}
