// The list of groups beside the board, with free machines of each. On a phone they are a row that scrolls.
import { filter, onFilter, setFilter } from "../filter.js";
import { element, fill, html, icon, setText } from "../html.js";
import { t } from "../i18n.js";
import { isAdmin, state, subscribe } from "../state.js";

const root = document.getElementById("groups");
const list = element(html`<div class="group-links"></div>`);
const tools = element(html`<div class="sidebar-actions"></div>`);
let links = [];

export function mountSidebar() {
  root.append(list, tools);
  build();
  subscribe(({ groups, vms, me }) => {
    if (groups || me) build();
    else if (vms) updateCounts();
  });
  onFilter(markCurrent);
  root.addEventListener("click", (event) => {
    const link = event.target.closest("[data-group-filter]");
    if (link) setFilter({ group: link.dataset.groupFilter });
  });
}

function build() {
  const focused = document.activeElement?.dataset?.groupFilter;
  for (const { node } of links) node.remove();
  links = [
    createLink("", t("groups.all")),
    ...state.groups.map((group) => createLink(String(group.id), group.name)),
    createLink("none", t("groups.none")),
  ];
  if (isAdmin() !== Boolean(tools.firstElementChild)) fill(tools, isAdmin() && html`
    <button class="sidebar-action" data-action="create-group" data-needs-connection>${icon("plus")}${t("group.create")}</button>
    <button class="sidebar-action" data-action="add-vm" data-needs-connection>${icon("plus")}${t("vm.add")}</button>`);
  list.append(...links.map((link) => link.node));
  if (focused !== undefined) links.find((link) => link.id === focused)?.node.focus();
  updateCounts();
  markCurrent();
}

function createLink(id, name) {
  const node = element(html`
    <button class="group-link" data-group-filter="${id}" title="${name}">
      <span class="name">${name}</span><span aria-hidden="true"><span class="free-count"></span><span class="total"></span></span><span class="sr-only"></span>
    </button>`);
  return { id, node, free: node.querySelector(".free-count"), total: node.querySelector(".total"), spoken: node.querySelector(".sr-only") };
}

function updateCounts() {
  const free = new Map(), all = new Map();
  for (const vm of state.vms.values()) {
    for (const id of ["", String(vm.group ?? "none")]) {
      all.set(id, (all.get(id) ?? 0) + 1);
      if (vm.state === "free") free.set(id, (free.get(id) ?? 0) + 1);
    }
  }
  for (const link of links) {
    const [freeCount, total] = [free.get(link.id) ?? 0, all.get(link.id) ?? 0];
    setText(link.free, String(freeCount));
    setText(link.total, `/${total}`);
    setText(link.spoken, `: ${t("count.free_of", { free: freeCount, n: total })}`);
    link.node.hidden = link.id === "none" && !total;
  }
}

function markCurrent() {
  for (const link of links) link.node.setAttribute("aria-current", String(link.id === filter.group));
}
