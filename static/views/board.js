// The board: a section a group, a card a machine. Only what changed is touched.
import { filter, fits, fitsGroup, onFilter } from "../filter.js";
import { t } from "../i18n.js";
import { compare, onSort, sorting } from "../sorting.js";
import { state, subscribe } from "../state.js";
import { cards, flash, outlineCard, tickCard, updateCard } from "./card.js";
import { settle } from "./column_headers.js";
import { showEmpty } from "./empty_board.js";
import { makeInTime } from "./incremental_render.js";
import { leaveSection, nearSections, onNear, watchSection } from "./viewport.js";
import { countSection, makeSection, nameSection } from "./section.js";

const TICK = 1000;

const sections = new Map(); // by group id; null: no group
const byNode = new WeakMap();
const root = document.getElementById("sections");

export function drawBoard() {
  refresh({ vms: "all", groups: true });
  subscribe(refresh);
  onFilter(applyFilter);
  onSort(order);
  onNear(comesNear);
  setInterval(tick, TICK);
}

function refresh({ vms, groups, queues }) {
  if (groups) placeSections();
  if (vms === "all") for (const id of new Set([...cards.keys(), ...state.vms.keys()])) place(id, false);
  else for (const id of vms ?? []) place(id, true);
  if (groups || (vms?.length > 1 && sorting.by !== "name")) order();
  if (vms || groups || queues) applyFilter();
}

/** The sections in the order of the groups, the machines without one last. */
function placeSections() {
  const wanted = [...state.groups, { id: null, name: t("groups.none"), vm_ids: [] }];
  for (const [id, section] of sections) {
    if (!wanted.some((group) => group.id === id)) { leaveSection(section); section.node.remove(); sections.delete(id); }
  }
  wanted.forEach((group, position) => {
    if (!sections.has(group.id)) { sections.set(group.id, makeSection(group.id)); watchSection(sections.get(group.id)); }
    const section = sections.get(group.id);
    nameSection(section, group);
    if (root.children[position] !== section.node) root.insertBefore(section.node, root.children[position] ?? null);
  });
}

function place(id, told) {
  const vm = state.vms.get(id);
  let card = cards.get(id);
  if (!vm) { card?.node.remove(); cards.delete(id); return; }
  if (card) updateCard(card, vm);
  else {
    cards.set(id, (card = outlineCard(vm)));
    byNode.set(card.node, card);
  }
  const grid = (sections.get(vm.group) ?? sections.get(null)).grid;
  if (card.node.parentNode !== grid) grid.append(card.node);
  if (told) { flash(card); settle(card.node); }
}

/** Cards by their names, or as the list is sorted; those that stand right are not moved. */
function order() {
  const focused = document.activeElement;
  const wanted = new Map([...sections.keys()].map((id) => [id, []]));
  for (const vm of state.vms.values()) (wanted.get(vm.group) ?? wanted.get(null)).push(vm);
  for (const [groupId, vms] of wanted) {
    vms.sort(compare);
    let next = sections.get(groupId).grid.firstElementChild;
    for (const { id } of vms) {
      const node = cards.get(id)?.node;
      if (!node) continue;
      if (node === next) next = next.nextElementSibling;
      else next === null ? node.parentNode.append(node) : node.parentNode.insertBefore(node, next);
    }
  }
  if (focused.isConnected && focused !== document.activeElement) focused.focus({ preventScroll: true }); // moving took it away
}

function applyFilter() {
  const narrowed = filter.text !== "" || filter.kind !== "all";
  const counts = new Map([...sections.keys()].map((id) => [id, { free: 0, all: 0, shown: 0 }]));
  const groups = new Map(state.groups.map((group) => [group.id, group]));
  let unmade = 0;
  for (const card of cards.values()) {
    const count = counts.get(card.vm.group) ?? counts.get(null);
    const visible = fits(card.vm);
    if (card.visible !== visible) card.node.hidden = !(card.visible = visible);
    count.all += 1;
    count.free += card.vm.state === "free" ? 1 : 0;
    count.shown += visible ? 1 : 0;
    unmade += card.made ? 0 : 1;
  }
  showSections(counts, groups, narrowed);
  if (unmade) makeInTime(unmadeCards());
}

/** In the order in which they stand on the board; first what is looked for and close to the screen. */
function unmadeCards() {
  const near = new Set(nearSections());
  const ranks = [[], [], []];
  for (const section of sections.values()) {
    for (const card of cardsOf(section)) {
      if (!card.made) ranks[!card.visible || section.node.hidden ? 2 : near.has(section) ? 0 : 1].push(card);
    }
  }
  return ranks.flat();
}

const cardsOf = ({ grid }) => Array.from(grid.children, (node) => byNode.get(node));

function showSections(counts, groups, narrowed) {
  let shown = 0;
  for (const [id, section] of sections) {
    const count = counts.get(id);
    countSection(section, count, groups.get(id));
    const nothingToShow = count.shown === 0 && (narrowed || id === null);
    section.node.hidden = nothingToShow || !fitsGroup(id);
    if (!section.node.hidden) shown += Math.max(count.shown, narrowed ? 0 : 1);
  }
  showEmpty(shown);
}

function tick() {
  if (document.hidden) return;
  for (const section of nearSections()) tickSection(section);
  if (filter.kind === "soon") applyFilter(); // with time alone, more machines belong to it
}

function comesNear(section) {
  tickSection(section);
  if (cardsOf(section).some((card) => !card.made)) makeInTime(unmadeCards());
}

function tickSection(section) {
  for (const card of cardsOf(section)) if (card.made && (card.vm.booked_by || card.vm.held_until)) tickCard(card);
}
