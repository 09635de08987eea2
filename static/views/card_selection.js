// Selecting machines: by the checkbox on each card, by range and by keyboard.
import { matchesFilter, matchesGroup } from "../filter.js";
import { foldedGroups } from "../preferences.js";
import { clearSelection, onSelectionChange, select, selected } from "../selection.js";
import { currentView } from "../router.js";
import { state, subscribe } from "../state.js";
import { cards } from "./card.js";

const root = document.getElementById("sections");
const page = document.documentElement;
let rangeStart = null; // id of the machine where a range begins

export function mountSelection() {
  showSelectBoxes();
  subscribe(({ me }) => me && showSelectBoxes());
  onSelectionChange(showSelection);
  root.addEventListener("mousedown", (event) => { // selects no text and moves no focus
    if (event.target.closest(".select-box") || (event.shiftKey && state.me.authenticated)) event.preventDefault();
  });
  root.addEventListener("click", onClick);
  document.addEventListener("keydown", onKeydown);
}

/** Return the ids of machines that are neither filtered out nor in a folded group, in any order. */
export function shownIds() {
  const foldedIds = new Set(foldedGroups());
  return [...state.vms.values()].filter((vm) => matchesFilter(vm) && matchesGroup(vm.group) && !foldedIds.has(String(vm.group ?? "none"))).map(({ id }) => id);
}

const shownIdsInOrder = () =>
  [...root.querySelectorAll(".section:not([hidden], .folded) .card:not([hidden]) .name")].map(({ dataset }) => dataset.vm);

/** Select all machines shown, or none if all of them are selected already. */
export function selectAll() {
  const ids = shownIds();
  if (ids.every((id) => selected.has(id))) clearSelection();
  else select(ids);
}

const showSelectBoxes = () => page.classList.toggle("signed-in", state.me.authenticated);

/** Toggle by a click on the checkbox, by Ctrl or Shift on the card, or, while some are selected, by a click beside its buttons. */
function onClick(event) {
  const card = event.target.closest(".card");
  if (!card || !state.me.authenticated) return;
  const selectBox = event.target.closest(".select-box");
  const selectsCard = event.shiftKey || event.ctrlKey || event.metaKey || (selected.size && !event.target.closest(".name"));
  if (!selectBox && (!selectsCard || event.target.closest("[data-action]:not(.name)"))) return;
  event.stopPropagation();
  toggle(idOf(card), event.shiftKey);
}

function toggle(id, range) {
  const ids = range ? shownIdsInOrder() : [];
  const [first, last] = [ids.indexOf(rangeStart), ids.indexOf(id)].sort((a, b) => a - b);
  if (range && first >= 0) select(ids.slice(first, last + 1));
  else select([id], !selected.has(id));
  rangeStart = id;
  markCards(new Set([id])); // a clicked checkbox has toggled by itself
}

function onKeydown(event) {
  if (!state.me.authenticated || currentView()) return;
  const key = shortcutKey(event);
  const card = event.target.closest(".card");
  if (key === "x" && card) toggle(idOf(card), event.shiftKey);
  else if (key === "a") selectAll();
  else if (key === "escape" && selected.size) clearSelection();
}

/** Return the Latin letter of the pressed key, also on a Russian keyboard; "" while the user types or a dialog is open. */
export function shortcutKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input:not(.select-box), textarea, select")) return "";
  if (isOverDialog()) return "";
  return (/^[ -~]/.test(event.key) ? event.key : event.code.replace("Key", "")).toLowerCase();
}

/** Check only the children of the body: searching a board of thousands at every key press is slow. */
const isOverDialog = () => Array.from(document.body.children).some((node) => node.localName === "dialog" && node.open);

function showSelection(changed) {
  page.classList.toggle("selecting", selected.size > 0);
  markCards(changed);
}

function markCards(ids) {
  for (const id of ids) {
    const node = cards.get(id)?.node;
    if (!node) continue;
    node.classList.toggle("selected", selected.has(id));
    const selectBox = node.querySelector(".select-box"); // missing until the card is rendered
    if (selectBox) selectBox.checked = selected.has(id);
  }
}

const idOf = (card) => card.querySelector(".name").dataset.vm;
