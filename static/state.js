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

const MAX_SINGLE_UPDATES = 30; // more changes than these are not shown one by one
const listeners = new Set();

/**
 * Call `listener` after every change with what changed: `{vms: ids | "all", groups, queues, me, online}`. `groups`: which
 * there are and what is in them; `queues`: who waits for one.
 */
export function subscribe(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Take over a whole `GET /vms` answer. What is as it was stays, so that nothing is drawn again for it. */
export function loadBoard(board) {
  const before = state.vms;
  state.vms = new Map(board.vms.map((vm) => [vm.id, sameVm(vm, before.get(vm.id)) ? before.get(vm.id) : vm]));
  const groupsBefore = state.groups;
  state.groups = board.groups;
  state.revision = board.revision;
  const changed = [...new Set([...before.keys(), ...state.vms.keys()])].filter((id) => before.get(id) !== state.vms.get(id));
  notifyListeners({ vms: changed.length > MAX_SINGLE_UPDATES ? "all" : changed, groups: !sameGroups(groupsBefore, state.groups), queues: true });
}

/** Apply a socket's `change`. False: there is a gap, and all must be fetched. */
export function applyChange(change) {
  if (change.revision <= state.revision) return true;
  if (change.all || change.revision !== state.revision + 1) return false;
  for (const vm of change.vms) state.vms.set(vm.id, vm);
  for (const id of change.removed) state.vms.delete(id);
  const groupsBefore = state.groups;
  if (change.groups) state.groups = change.groups;
  state.revision = change.revision;
  const groups = !sameGroups(groupsBefore, state.groups);
  notifyListeners({ vms: [...change.vms.map((vm) => vm.id), ...change.removed], groups, queues: Boolean(change.groups) });
  return true;
}

/** Show the answer of a call at once, save machines of which something newer than `before` (by id) came meanwhile. */
export function applyResponse(vms, before) {
  const current = vms.filter(({ id }) => state.vms.get(id) === before.get(id));
  for (const vm of current) state.vms.set(vm.id, vm);
  if (current.length) notifyListeners({ vms: current.map(({ id }) => id), groups: false });
}

export function setMe(me) {
  if (samePerson(me, state.me)) return;
  state.me = me;
  notifyListeners({ me: true, vms: "all", groups: true, queues: true });
}

export function setOnline(online) {
  if (online === state.online) return;
  state.online = online;
  notifyListeners({ online: true });
}

/** Whether what is known may be behind: nothing is applied until all is fetched. */
export function markStale() {
  state.revision = -1;
}

export const isAdmin = () => state.me.role === "admin";
export const isMine = (vm) => Boolean(vm.booked_by) && vm.booked_by === state.me.email;
/** Held for me, whether it is my turn already or kept until I have all that I wait for. */
export const isHeldForMe = (vm) => vm.state === "held" && Boolean(vm.held_for) && vm.held_for === state.me.email;
export const isMyTurn = (vm) => isHeldForMe(vm) && Boolean(vm.held_until);
export const groupOf = (vm) => state.groups.find((group) => group.id === vm.group);
export const myBookings = () =>
  [...state.vms.values()].filter(isMine).sort((a, b) => a.expires_at.localeCompare(b.expires_at));

export const myTurns = () =>
  [...state.vms.values()].filter(isMyTurn).sort((a, b) => a.held_until.localeCompare(b.held_until));

function notifyListeners(changed) {
  for (const listener of listeners) listener(changed);
}

function samePerson(before, after) {
  return ["authenticated", "email", "role"].every((key) => before[key] === after[key]);
}

/** Whether these say the same of a machine, and as much: who is a stranger now must not keep what a member saw. */
function sameVm(before, after) {
  const keys = Object.keys(before);
  return after !== undefined && keys.length === Object.keys(after).length && keys.every((key) => before[key] === after[key] ||
    (typeof before[key] === "object" && JSON.stringify(before[key]) === JSON.stringify(after[key])));
}

/** Whether these are the same groups with the same machines, whoever waits for them. */
function sameGroups(before, after) {
  if (before === after) return true;
  return before.length === after.length && before.every((group, index) => {
    const now = after[index];
    return group.id === now.id && group.name === now.name && group.vm_ids.length === now.vm_ids.length &&
      group.vm_ids.every((id, position) => id === now.vm_ids[position]);
  });
}
