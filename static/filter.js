// What is looked for: text, group and kind. It lives in the address, so that it can be shared and gone back to.
import { HOUR, now } from "./format.js";
import { isKept, isMine } from "./state.js";

export const SOON = HOUR / 2;
export const KINDS = ["all", "free", "mine", "soon", "taken"];

export const filter = { text: "", group: "", kind: "all" };
const listeners = new Set();

export function onFilter(listener) {
  listeners.add(listener);
}

/** Change the filter. Typing replaces the address, choosing makes a new step to go back from. */
export function setFilter(changes, step = true) {
  Object.assign(filter, changes);
  const address = addressOf(filter);
  if (address !== location.search) history[step ? "pushState" : "replaceState"](null, "", address || location.pathname);
  for (const listener of listeners) listener();
}

export function readAddress() {
  const query = new URLSearchParams(location.search);
  const kind = query.get("show");
  Object.assign(filter, {
    text: query.get("q") ?? "",
    group: query.get("group") ?? "",
    kind: KINDS.includes(kind) ? kind : "all",
  });
  for (const listener of listeners) listener();
}

/** Whether the machine is looked for, by all but the group. */
export function fits(vm) {
  return isOfKind(vm, filter.kind) && hasText(vm, filter.text);
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

function hasText(vm, text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (!words.length) return true;
  const hay = searchable(vm);
  return words.every((word) => hay.includes(word));
}

const kept = new WeakMap();

function searchable(vm) {
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
