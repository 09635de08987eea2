// What the page knows: the board, who one is, what is filtered. It changes here and nowhere else.
import { boot } from "./boot.js";

export const state = {
  me: boot.me,
  settings: boot.settings,
  vms: new Map(boot.state.vms.map((vm) => [vm.id, vm])),
  groups: boot.state.groups,
  revision: boot.state.revision,
  online: true,
};

const listeners = new Set();

/** Call `listener` after every change with what changed: `{vms: ids | "all", groups, me, online}`. */
export function subscribe(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Take over a whole `GET /vms` answer. */
export function load(board) {
  state.vms = new Map(board.vms.map((vm) => [vm.id, vm]));
  state.groups = board.groups;
  state.revision = board.revision;
  tell({ vms: "all", groups: true });
}

/** Apply a socket's `change`. False: there is a gap, and all must be fetched. */
export function apply(change) {
  if (change.revision <= state.revision) return true;
  if (change.all || change.revision !== state.revision + 1) return false;
  for (const vm of change.vms) state.vms.set(vm.id, vm);
  for (const id of change.removed) state.vms.delete(id);
  if (change.groups) state.groups = change.groups;
  state.revision = change.revision;
  tell({ vms: [...change.vms.map((vm) => vm.id), ...change.removed], groups: Boolean(change.groups) });
  return true;
}

/** Show the answer of a call at once, unless something newer of that machine came while it was under way. */
export function answered(vm, asOf) {
  if (state.vms.get(vm.id) !== asOf) return;
  state.vms.set(vm.id, vm);
  tell({ vms: [vm.id], groups: false });
}

export function setMe(me) {
  if (same(me, state.me)) return;
  state.me = me;
  tell({ me: true, vms: "all", groups: true });
}

export function setOnline(online) {
  if (online === state.online) return;
  state.online = online;
  tell({ online: true });
}

/** Whether what is known may be behind: nothing is applied until all is fetched. */
export function distrust() {
  state.revision = -1;
}

export const isAdmin = () => state.me.role === "admin";
export const isMine = (vm) => Boolean(vm.booked_by) && vm.booked_by === state.me.email;
export const groupOf = (vm) => state.groups.find((group) => group.id === vm.group);
export const myVms = () =>
  [...state.vms.values()].filter(isMine).sort((a, b) => a.expires_at.localeCompare(b.expires_at));

function tell(what) {
  for (const listener of listeners) listener(what);
}

function same(one, other) {
  return ["authenticated", "email", "role"].every((key) => one[key] === other[key]);
}
