// The filter of the board: text, group and status. It is kept in the URL, so it can be shared and works with the back button.
import { viewInAddress, writeAddress } from "./address.js";
import { now } from "./clock.js";
import { HOUR } from "./format.js";
import { nameKey } from "./names.js";
import { isHeldForMe, isMine, state, subscribe } from "./state.js";
import { linkedName } from "./vm_link.js";

export const SOON = HOUR / 2;
export const STATUSES = ["all", "free", "mine", "soon", "taken"];

export const filter = { text: "", group: "", status: "all" };
const URL_DELAY_MS = 200; // changing the URL of a large page is slow in the browser
const listeners = new Set();
let words = [], groupKeys, urlTimer;

export function onFilter(listener) {
  listeners.add(listener);
}

subscribe(({ groups }) => {
  if (!groups) return;
  noteGroups();
  if (!groupExists(filter.group)) setFilter({}, false); // the filter drops a group that does not exist (any more)
});
noteGroups();

/** Note the names of the groups as a search compares them. */
function noteGroups() {
  groupKeys = new Map(state.groups.map(({ id, name }) => [id, nameKey(name)]));
}

/** Change the filter. With `addToHistory` it is a new history entry; without (typing), the URL is replaced after a pause. */
export function setFilter(changes, addToHistory = true) {
  clearTimeout(urlTimer);
  if (addToHistory) writeUrl("replaceState"); // text typed just before belongs to the previous entry
  update(changes);
  if (addToHistory) writeUrl("pushState");
  else urlTimer = setTimeout(writeUrl, URL_DELAY_MS, "replaceState");
}

function update(changes) {
  Object.assign(filter, changes);
  if (!groupExists(filter.group)) filter.group = "";
  words = nameKey(filter.text).split(/\s+/).filter(Boolean);
  for (const listener of listeners) listener();
}

const groupExists = (group) => ["", "none"].includes(group) || state.groups.some(({ id }) => String(id) === group);

function writeUrl(method) {
  writeAddress(queryOf(filter), method);
}

export function readUrl() {
  const query = new URLSearchParams(location.search);
  const status = query.get("show");
  clearTimeout(urlTimer);
  update({
    text: query.get("q") ?? "",
    group: query.get("group") ?? "",
    status: STATUSES.includes(status) ? status : "all",
  });
}

/** Return whether the machine matches the text and status of the filter; its group is not compared. */
export function matchesFilter(vm) {
  return hasStatus(vm, filter.status) && matchesWords(vm);
}

export function hasStatus(vm, status) {
  if (status === "free") return vm.state === "free";
  if (status === "mine") return isMine(vm) || isHeldForMe(vm);
  if (status === "taken") return ["booked", "held"].includes(vm.state) && !isMine(vm) && !isHeldForMe(vm);
  if (status === "soon") return endsSoon(vm);
  return true;
}

export const endsSoon = (vm) => Boolean(vm.expires_at) && Date.parse(vm.expires_at) - now() < SOON;

/** Return whether the filter shows that group; null: the machines without a group. */
export const matchesGroup = (id) => filter.group === "" || filter.group === String(id ?? "none");

function matchesWords(vm) {
  if (!words.length) return true;
  const text = searchText(vm), group = groupKeys.get(vm.group) ?? "";
  return words.every((word) => text.includes(word) || group.includes(word));
}

const searchTexts = new WeakMap();

/** Return the text that a search looks at, as `nameKey` writes it; computed once per machine. */
export function searchText(vm) {
  if (!searchTexts.has(vm)) {
    const fields = [vm.id, vm.external_ip, vm.internal_ip, vm.description, vm.note, vm.booked_by, vm.via, vm.held_for,
      vm.maintenance, ...(vm.tags ?? []), ...(vm.former_ids ?? [])];
    searchTexts.set(vm, nameKey(fields.filter(Boolean).join("\n")));
  }
  return searchTexts.get(vm);
}

/** Return the query with the filter. A view beside the board keeps what else its address says. */
function queryOf({ text, group, status }) {
  const view = viewInAddress();
  const query = new URLSearchParams(view && location.search);
  for (const [name, value] of Object.entries({ q: text, group })) value ? query.set(name, value) : query.delete(name);
  if (!view && status !== "all") query.set("show", status);
  if (!view && linkedName()) query.set("vm", linkedName());
  return query;
}
