// The section of one group on the board: name, free machines, queue and the admin's tools.
import { element, fill, html, icon, setText } from "../html.js";
import { t } from "../i18n.js";
import { foldedGroups, rememberFoldedGroups } from "../preferences.js";
import { positionIn } from "../queue.js";
import { isAdmin } from "../state.js";
import { showQueueBadge } from "./queue_badge.js";

export function createSection(id) {
  const node = element(html`
    <section class="section" aria-labelledby="group-${id ?? "none"}">
      <header>
        <h2><button class="fold" data-action="fold" data-group="${id ?? "none"}" aria-expanded="true">${icon("fold")}<span id="group-${id ?? "none"}"></span></button></h2>
        <span class="count"></span>
        <span class="gauge" aria-hidden="true"><i></i></span>
        <span class="section-actions">
          <button class="button small plain join-queue" data-action="queue-group" data-needs-connection data-group="${id}" hidden><span class="label"></span><span class="sr-only name"></span></button>
          <button class="button small book-any" data-action="book-any" data-needs-connection data-group="${id}" hidden>${t("any.book")}</button>
        </span>
        <span class="admin-tools"></span>
      </header>
      <ul class="cards"></ul>
      <p class="no-machines" hidden>${t("groups.empty")}</p>
    </section>`);
  const part = (selector) => node.querySelector(selector);
  setFolded(node, foldedGroups().includes(String(id ?? "none")));
  return {
    id, node, title: part("h2 span"), count: part(".count"), gauge: part(".gauge i"),
    joinQueue: part(".join-queue"), bookAny: part(".book-any"), tools: part(".admin-tools"), grid: part(".cards"), emptyText: part(".no-machines"),
  };
}

export function showGroupName(section, group) {
  setText(section.title, group.name);
  const hasTools = isAdmin() && group.id !== null;
  if (section.hasTools === hasTools && section.shownName === group.name) return;
  Object.assign(section, { hasTools, shownName: group.name });
  section.bookAny.setAttribute("aria-label", `${t("any.book")}: ${group.name}`);
  fill(section.tools, hasTools && html`
    <button class="icon-button" data-action="add-to-group" data-needs-connection data-group="${group.id}" title="${t("group.add_vms")}"
      aria-label="${t("group.add_vms")}: ${group.name}">${icon("plus")}</button>
    <button class="icon-button" data-action="edit-group" data-needs-connection data-group="${group.id}" title="${t("group.edit")}"
      aria-label="${t("group.edit")}: ${group.name}">${icon("edit")}</button>
    <button class="icon-button" data-action="delete-group" data-needs-connection data-group="${group.id}" title="${t("group.delete")}"
      aria-label="${t("group.delete")}: ${group.name}">${icon("trash")}</button>`);
}

export function showCounts(section, { free, all, shown }, group) {
  section.grid.style.setProperty("--shown-cards", Math.max(1, shown));
  if (group) showQueueAndBooking(section, free, all, group);
  const text = t("count.free_of", { free, n: all });
  if (section.shownCount === text) return;
  section.shownCount = text;
  const [before, after] = t("count.free_of", { free: "|", n: all }).split("|");
  fill(section.count, html`${before}<b>${free}</b>${after}`);
  section.gauge.style.setProperty("--free-fraction", all ? free / all : 0);
  section.emptyText.hidden = all > 0;
}

/** Offer booking if a machine is free, and the queue if none is free or others wait already. */
function showQueueAndBooking({ joinQueue, bookAny }, free, all, { name, queue }) {
  const position = positionIn(queue);
  bookAny.hidden = !free;
  joinQueue.hidden = !queue.length && (free > 0 || !all);
  setText(joinQueue.firstElementChild, position ? t("queue.place", { n: position }) : t("act.queue"));
  setText(joinQueue.querySelector(".name"), name);
  joinQueue.title = position ? t("queue.place_at", { n: position, where: name }) : t("queue.title", { where: name });
  showQueueBadge(joinQueue, queue.length);
}

/** Fold or unfold the group. The choice is remembered. */
export function toggleFold({ group }, button) {
  const folded = button.getAttribute("aria-expanded") === "true";
  const others = foldedGroups().filter((id) => id !== group);
  rememberFoldedGroups(folded ? [...others, group] : others);
  setFolded(button.closest(".section"), folded);
}

function setFolded(node, folded) {
  node.classList.toggle("folded", folded);
  node.querySelector(".fold").setAttribute("aria-expanded", String(!folded));
}
