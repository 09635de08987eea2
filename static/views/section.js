// The frame of one group on the board: its name, what is free in it, who waits for it, and an admin's tools.
import { element, fill, html, icon, setText } from "../html.js";
import { t } from "../i18n.js";
import { folded, rememberFolded } from "../preferences.js";
import { placeIn } from "../queue.js";
import { isAdmin } from "../state.js";
import { showWaits } from "./queue_badge.js";

export function makeSection(id) {
  const node = element(html`
    <section class="section" aria-labelledby="group-${id ?? "none"}">
      <header>
        <h2><button class="fold" data-act="fold" data-group="${id ?? "none"}" aria-expanded="true">${icon("fold")}<span id="group-${id ?? "none"}"></span></button></h2>
        <span class="count"></span>
        <span class="gauge" aria-hidden="true"><i></i></span>
        <span class="doing">
          <button class="button small plain wait" data-act="queue-group" data-acts data-group="${id}" hidden><span class="say"></span><span class="sr name"></span></button>
          <button class="button small any" data-act="book-any" data-acts data-group="${id}" hidden>${t("any.book")}</button>
        </span>
        <span class="tools"></span>
      </header>
      <ul class="cards"></ul>
      <p class="none" hidden>${t("groups.empty")}</p>
    </section>`);
  const part = (selector) => node.querySelector(selector);
  showFold(node, folded().includes(String(id ?? "none")));
  return {
    id, node, title: part("h2 span"), count: part(".count"), part: part(".gauge i"),
    wait: part(".wait"), any: part(".any"), tools: part(".tools"), grid: part(".cards"), none: part(".none"),
  };
}

export function nameSection(section, group) {
  setText(section.title, group.name);
  const tools = isAdmin() && group.id !== null;
  if (section.hasTools === tools && section.named === group.name) return;
  Object.assign(section, { hasTools: tools, named: group.name });
  section.any.setAttribute("aria-label", `${t("any.book")}: ${group.name}`);
  fill(section.tools, tools && html`
    <button class="icon-button" data-act="add-to-group" data-acts data-group="${group.id}" title="${t("group.add_vms")}"
      aria-label="${t("group.add_vms")}: ${group.name}">${icon("plus")}</button>
    <button class="icon-button" data-act="delete-group" data-acts data-group="${group.id}" title="${t("group.delete")}"
      aria-label="${t("group.delete")}: ${group.name}">${icon("trash")}</button>`);
}

export function countSection(section, { free, all, shown }, group) {
  section.grid.style.setProperty("--shown", Math.max(1, shown));
  if (group) showDoing(section, free, all, group);
  const text = t("count.free_of", { free, n: all });
  if (section.counted === text) return;
  section.counted = text;
  const [before, after] = t("count.free_of", { free: "|", n: all }).split("|");
  fill(section.count, html`${before}<b>${free}</b>${after}`);
  section.part.style.setProperty("--part", all ? free / all : 0);
  section.none.hidden = all > 0;
}

/** Where something is free it can be booked; where nothing is, or others wait already, one can wait too. */
function showDoing({ wait, any }, free, all, { name, queue }) {
  const place = placeIn(queue);
  any.hidden = !free;
  wait.hidden = !queue.length && (free > 0 || !all);
  setText(wait.firstElementChild, place ? t("queue.place", { n: place }) : t("act.queue"));
  setText(wait.querySelector(".name"), name);
  wait.title = place ? t("queue.place_at", { n: place, where: name }) : t("queue.title", { where: name });
  showWaits(wait, queue.length);
}

/** Fold the group away, or open it again; it stays so. */
export function fold({ group }, button) {
  const closed = button.getAttribute("aria-expanded") === "true";
  const others = folded().filter((one) => one !== group);
  rememberFolded(closed ? [...others, group] : others);
  showFold(button.closest(".section"), closed);
}

function showFold(node, closed) {
  node.classList.toggle("folded", closed);
  node.querySelector(".fold").setAttribute("aria-expanded", String(!closed));
}
