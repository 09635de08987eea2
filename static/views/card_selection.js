// Choosing several machines: by the check on each card, in ranges, by keys.
import { fits, fitsGroup } from "../filter.js";
import { folded } from "../preferences.js";
import { chosen, choose, chooseNone, onChoice } from "../selection.js";
import { state, subscribe } from "../state.js";
import { cards } from "./card.js";

const root = document.getElementById("sections");
const page = document.documentElement;
let from = null; // where a range begins

export function drawSelection() {
  showWhoMay();
  subscribe(({ me }) => me && showWhoMay());
  onChoice(show);
  root.addEventListener("mousedown", (event) => { // neither text is selected nor the focus moved
    if (event.target.closest(".pick") || (event.shiftKey && state.me.authenticated)) event.preventDefault();
  });
  root.addEventListener("click", clicked);
  document.addEventListener("keydown", pressed);
}

/** The machines that the filter and the folded groups leave, in no order. */
export function shownIds() {
  const away = new Set(folded());
  return [...state.vms.values()].filter((vm) => fits(vm) && fitsGroup(vm.group) && !away.has(String(vm.group ?? "none"))).map(({ id }) => id);
}

const shownInOrder = () =>
  [...root.querySelectorAll(".section:not([hidden], .folded) .card:not([hidden]) .name")].map(({ dataset }) => dataset.vm);

/** All that is shown; where all of that is chosen already, none. */
export function chooseAll() {
  const ids = shownIds();
  if (ids.every((id) => chosen.has(id))) chooseNone();
  else choose(ids);
}

const showWhoMay = () => page.classList.toggle("member", state.me.authenticated);

/** A click on the check, with Ctrl or Shift anywhere on the card, and once some are chosen anywhere beside its buttons. */
function clicked(event) {
  const card = event.target.closest(".card");
  if (!card || !state.me.authenticated) return;
  const checked = event.target.closest(".pick");
  const meant = event.shiftKey || event.ctrlKey || event.metaKey || (chosen.size && !event.target.closest(".name"));
  if (!checked && (!meant || event.target.closest("[data-act]:not(.name)"))) return;
  event.stopPropagation();
  toggle(idOf(card), event.shiftKey);
}

function toggle(id, range) {
  const ids = range ? shownInOrder() : [];
  const [first, last] = [ids.indexOf(from), ids.indexOf(id)].sort((one, other) => one - other);
  if (range && first >= 0) choose(ids.slice(first, last + 1));
  else choose([id], !chosen.has(id));
  from = id;
  mark(new Set([id])); // the check that was clicked has turned by itself
}

function pressed(event) {
  if (!state.me.authenticated) return;
  const key = keyOf(event);
  const card = event.target.closest(".card");
  if (key === "x" && card) toggle(idOf(card), event.shiftKey);
  else if (key === "a" && (card || chosen.size)) chooseAll();
  else if (key === "escape" && chosen.size) chooseNone();
}

/** The letter that was pressed, on a Russian keyboard too; "" where something is typed, and over a dialog. */
export function keyOf(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input:not(.pick), textarea, select")) return "";
  if (isOverDialog()) return "";
  return (/^[ -~]/.test(event.key) ? event.key : event.code.replace("Key", "")).toLowerCase();
}

/** Looked for among the page's own children only: a board of thousands is long to search at every key. */
const isOverDialog = () => Array.from(document.body.children).some((node) => node.localName === "dialog" && node.open);

function show(changed) {
  page.classList.toggle("choosing", chosen.size > 0);
  mark(changed);
}

function mark(ids) {
  for (const id of ids) {
    const node = cards.get(id)?.node;
    if (!node) continue;
    node.classList.toggle("chosen", chosen.has(id));
    const pick = node.querySelector(".pick"); // not yet there where the card is still to be made
    if (pick) pick.checked = chosen.has(id);
  }
}

const idOf = (card) => card.querySelector(".name").dataset.vm;
