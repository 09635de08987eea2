// What is looked for: text, group and kind. It lives in the address, so that it can be shared and gone back to.
import { HOUR, now } from "./format.js";
import { isKept, isMine, state, subscribe } from "./state.js";

export const SOON = HOUR / 2;
export const KINDS = ["all", "free", "mine", "soon", "taken"];

export const filter = { text: "", group: "", kind: "all" };
const PAUSE = 200; // milliseconds; the browser is slow to change the address of a large page
const listeners = new Set();
let words = [], written;

export function onFilter(listener) {
  listeners.add(listener);
}

/** A group that is gone, or never was, is looked for no more. */
subscribe(({ groups }) => groups && !isThere(filter.group) && setFilter({}, false));

/** Change the filter. Typing replaces the address, once it pauses; choosing makes a new step to go back from. */
export function setFilter(changes, step = true) {
  clearTimeout(written);
  if (step) writeAddress("replaceState"); // what was typed just before belongs to the step that is left
  assign(changes);
  if (step) writeAddress("pushState");
  else written = setTimeout(writeAddress, PAUSE, "replaceState");
}

function assign(changes) {
  Object.assign(filter, changes);
  if (!isThere(filter.group)) filter.group = "";
  words = filter.text.toLowerCase().split(/\s+/).filter(Boolean);
  for (const listener of listeners) listener();
}

const isThere = (group) => ["", "none"].includes(group) || state.groups.some(({ id }) => String(id) === group);

function writeAddress(way) {
  const address = addressOf(filter);
  if (address !== location.search) history[way](null, "", address || location.pathname);
}

export function readAddress() {
  const query = new URLSearchParams(location.search);
  const kind = query.get("show");
  clearTimeout(written);
  assign({
    text: query.get("q") ?? "",
    group: query.get("group") ?? "",
    kind: KINDS.includes(kind) ? kind : "all",
  });
}

/** Whether the machine is looked for, by all but the group. */
export function fits(vm) {
  return isOfKind(vm, filter.kind) && hasWords(vm);
}

export function isOfKind(vm, kind) {
  if (kind === "free") return vm.state === "free";
  if (kind === "mine") return isMine(vm) || isKept(vm);
  if (kind === "taken") return ["booked", "held"].includes(vm.state) && !isMine(vm) && !isKept(vm);
  if (kind === "soon") return endsSoon(vm);
  return true;
}

export const endsSoon = (vm) => Boolean(vm.expires_at) && Date.parse(vm.expires_at) - now() < SOON;

/** Whether the section of that group is looked for; "none" stands for the machines without one. */
export const fitsGroup = (id) => filter.group === "" || filter.group === String(id ?? "none");

function hasWords(vm) {
  if (!words.length) return true;
  const hay = searchable(vm);
  return words.every((word) => hay.includes(word));
}

const kept = new WeakMap();

/** All that is searched of a machine, put together once. */
export function searchable(vm) {
  if (!kept.has(vm)) {
    const fields = [vm.id, vm.external_ip, vm.internal_ip, vm.description, vm.note, vm.booked_by, vm.via, vm.held_for,
      vm.maintenance, ...(vm.tags ?? [])];
    kept.set(vm, fields.filter(Boolean).join("\n").toLowerCase());
  }
  return kept.get(vm);
}

function addressOf({ text, group, kind }) {
  const query = new URLSearchParams();
  if (text) query.set("q", text);
  if (group) query.set("group", group);
  if (kind !== "all") query.set("show", kind);
  return query.size ? `?${query}` : "";
}
