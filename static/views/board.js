// The board: a section for each group, a card for each machine. Updates touch only what changed.
import { filter, matchesFilter, matchesGroup, onFilter } from "../filter.js";
import { t } from "../i18n.js";
import { compareVms, onSort, sorting } from "../sorting.js";
import { newNames, state, subscribe } from "../state.js";
import { cards, createCard, flash, renameCard, showTimesAnew, tickCard, updateCard } from "./card.js";
import { moveIntoOrder } from "./column_headers.js";
import { showEmptyBoard } from "./empty_board.js";
import { renderIncrementally } from "./incremental_render.js";
import { nearbySections, onSectionNearby, unwatchSection, watchSection } from "./viewport.js";
import { createSection, showCounts, showGroupName } from "./section.js";

const TICK_MS = 1000;

const sections = new Map(); // by group id; null: machines without a group
const cardsByNode = new WeakMap();
const root = document.getElementById("sections");

export function mountBoard() {
  update({ vms: "all", groups: true });
  subscribe(update);
  onFilter(applyFilter);
  onSort(sortCards);
  onSectionNearby(sectionNearby);
  setInterval(tick, TICK_MS);
}

function update({ vms, groups, queues, times }) {
  if (times) for (const card of cards.values()) showTimesAnew(card);
  if (groups) placeSections();
  const renamed = newNames(vms === "all" ? cards.keys() : vms ?? []);
  for (const [was, id] of renamed) renameCard(was, id);
  if (vms === "all") for (const id of new Set([...cards.keys(), ...state.vms.keys()])) placeCard(id, false);
  else for (const id of vms ?? []) placeCard(id, true);
  if (groups || renamed.size || (vms?.length > 1 && sorting.by !== "name")) sortCards();
  if (vms || groups || queues) applyFilter();
}

/** Put the sections into the order of the groups; machines without a group come last. */
function placeSections() {
  const wanted = [...state.groups, { id: null, name: t("groups.none"), vm_ids: [] }];
  for (const [id, section] of sections) {
    if (!wanted.some((group) => group.id === id)) { unwatchSection(section); section.node.remove(); sections.delete(id); }
  }
  wanted.forEach((group, index) => {
    if (!sections.has(group.id)) { sections.set(group.id, createSection(group.id)); watchSection(sections.get(group.id)); }
    const section = sections.get(group.id);
    showGroupName(section, group);
    if (root.children[index] !== section.node) root.insertBefore(section.node, root.children[index] ?? null);
  });
}

function placeCard(id, flashes) {
  const vm = state.vms.get(id);
  let card = cards.get(id);
  if (!vm) { card?.node.remove(); cards.delete(id); return; }
  if (card) updateCard(card, vm);
  else {
    cards.set(id, (card = createCard(vm)));
    cardsByNode.set(card.node, card);
  }
  const grid = (sections.get(vm.group) ?? sections.get(null)).grid;
  if (card.node.parentNode !== grid) grid.append(card.node);
  if (flashes) { flash(card); moveIntoOrder(card.node); }
}

/** Put all cards into the current order. Cards that are in their place are not moved. */
function sortCards() {
  const focused = document.activeElement;
  const wanted = new Map([...sections.keys()].map((id) => [id, []]));
  for (const vm of state.vms.values()) (wanted.get(vm.group) ?? wanted.get(null)).push(vm);
  for (const [groupId, vms] of wanted) {
    vms.sort(compareVms);
    let next = sections.get(groupId).grid.firstElementChild;
    for (const { id } of vms) {
      const node = cards.get(id)?.node;
      if (!node) continue;
      if (node === next) next = next.nextElementSibling;
      else next === null ? node.parentNode.append(node) : node.parentNode.insertBefore(node, next);
    }
  }
  // Moving a card takes the focus away
  if (focused.isConnected && focused !== document.activeElement) focused.focus({ preventScroll: true });
}

function applyFilter() {
  const filtered = filter.text !== "" || filter.status !== "all";
  const counts = new Map([...sections.keys()].map((id) => [id, { free: 0, all: 0, shown: 0 }]));
  const groups = new Map(state.groups.map((group) => [group.id, group]));
  let unrendered = 0;
  for (const card of cards.values()) {
    const count = counts.get(card.vm.group) ?? counts.get(null);
    const visible = matchesFilter(card.vm);
    if (card.visible !== visible) card.node.hidden = !(card.visible = visible);
    count.all += 1;
    count.free += card.vm.state === "free" ? 1 : 0;
    count.shown += visible ? 1 : 0;
    unrendered += card.rendered ? 0 : 1;
  }
  showSections(counts, groups, filtered);
  if (unrendered) renderIncrementally(unrenderedCards());
}

/** Return the cards to render: those near the viewport first, then the other visible ones, then hidden ones; each in board order. */
function unrenderedCards() {
  const near = new Set(nearbySections());
  const ranks = [[], [], []];
  for (const section of sections.values()) {
    for (const card of cardsOf(section)) {
      if (!card.rendered) ranks[!card.visible || section.node.hidden ? 2 : near.has(section) ? 0 : 1].push(card);
    }
  }
  return ranks.flat();
}

const cardsOf = ({ grid }) => Array.from(grid.children, (node) => cardsByNode.get(node));

function showSections(counts, groups, filtered) {
  let shown = 0;
  for (const [id, section] of sections) {
    const count = counts.get(id);
    showCounts(section, count, groups.get(id));
    const nothingToShow = count.shown === 0 && (filtered || id === null);
    section.node.hidden = nothingToShow || !matchesGroup(id);
    if (!section.node.hidden) shown += Math.max(count.shown, filtered ? 0 : 1);
  }
  showEmptyBoard(shown);
}

function tick() {
  if (document.hidden) return;
  for (const section of nearbySections()) tickSection(section);
  if (filter.status === "soon") applyFilter(); // as time passes, more machines match
}

function sectionNearby(section) {
  tickSection(section);
  if (cardsOf(section).some((card) => !card.rendered)) renderIncrementally(unrenderedCards());
}

function tickSection(section) {
  for (const card of cardsOf(section)) if (card.rendered && (card.vm.booked_by || card.vm.held_until)) tickCard(card);
}
