// The state of the page: the board, the user and the connection. Only this module changes it.
import { boot } from "./boot.js";

export const state = {
  me: boot.me,
  settings: boot.settings,
  vms: new Map(boot.state.vms.map((vm) => [vm.id, vm])),
  groups: boot.state.groups,
  revision: boot.state.revision,
  online: true,
  behind: boot.behind, // the server may not know the latest changes
};

const MAX_SINGLE_UPDATES = 30; // more changed machines are reported as "all"
const listeners = new Set();

/**
 * Call `listener` after every change with what changed: `{vms: ids | "all", groups, queues, me, mail, online, behind, times}`.
 * `groups`: the groups or their machines; `queues`: the queues of groups; `times`: the time zone. Returns a function that ends this.
 */
export function subscribe(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Load an answer of `GET /vms`. Machines that did not change keep their objects, so that they are not drawn again. */
export function loadBoard(board) {
  const before = state.vms;
  state.vms = new Map(board.vms.map((vm) => [vm.id, sameVm(vm, before.get(vm.id)) ? before.get(vm.id) : vm]));
  const groupsBefore = state.groups;
  state.groups = board.groups;
  state.revision = board.revision;
  const changed = [...new Set([...before.keys(), ...state.vms.keys()])].filter((id) => before.get(id) !== state.vms.get(id));
  notifyListeners({ vms: changed.length > MAX_SINGLE_UPDATES ? "all" : changed, groups: !sameGroups(groupsBefore, state.groups), queues: true });
}

/** Apply a socket's `change` event. Returns false if revisions are missing and everything must be fetched. */
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

/** Apply the machines of a call's answer, except those that have changed since `before` (machines by id). */
export function applyResponse(vms, before) {
  const current = vms.filter(({ id }) => state.vms.get(id) === before.get(id));
  const renamed = current.flatMap(({ former_ids = [] }) => former_ids.filter((was) => before.has(was) && state.vms.get(was) === before.get(was)));
  for (const was of renamed) state.vms.delete(was);
  for (const vm of current) state.vms.set(vm.id, vm);
  if (current.length) notifyListeners({ vms: [...current.map(({ id }) => id), ...renamed], groups: false });
}

/** Apply the present record in a refusal, unless it has changed since `before` ({vms, groups}, as in the state). */
export function applyPresent({ vm, group }, before) {
  if (vm) applyResponse([vm], before.vms);
  if (!group || state.groups !== before.groups) return;
  state.groups = state.groups.map((one) => (one.id === group.id ? group : one));
  notifyListeners({ vms: [], groups: true, queues: true });
}

export function setMe(me) {
  const before = state.me;
  state.me = me;
  if (!samePerson(me, before)) notifyListeners({ me: true, vms: "all", groups: true, queues: true });
  else if (JSON.stringify(me.mail) !== JSON.stringify(before.mail)) notifyListeners({ mail: true });
}

/** Return the present names of renamed machines, by those of the names `ids` that no machine has any more. */
export function newNames(ids) {
  const names = new Map();
  const gone = new Set([...ids].filter((id) => !state.vms.has(id)));
  if (gone.size) for (const { id, former_ids = [] } of state.vms.values()) for (const was of former_ids) if (gone.has(was)) names.set(was, id);
  return names;
}

/** Report that all times must be shown anew, in another time zone. */
export function refreshTimes() {
  notifyListeners({ times: true });
}

export function setOnline(online) {
  if (online === state.online) return;
  state.online = online;
  notifyListeners({ online: true });
}

export function setBehind(behind) {
  if (behind === state.behind) return;
  state.behind = behind;
  notifyListeners({ behind: true });
}

/** Mark the board as possibly outdated: no `change` event applies until everything is fetched. */
export function markStale() {
  state.revision = -1;
}

/** Return whether the user may not see the board: with LOADZONE_STRANGERS=none it is for those signed in. */
export const isClosed = () => state.settings.strangers === "none" && !state.me.authenticated;

export const isAdmin = () => state.me.role === "admin";
export const isMine = (vm) => Boolean(vm.booked_by) && vm.booked_by === state.me.email;
/** Return whether the machine is held for the user: as a turn, or until the user has all machines waited for. */
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
  return ["authenticated", "email", "role", "first_admin"].every((key) => before[key] === after[key]);
}

/** Compare two versions of a machine, with their sets of fields: after signing out, fields for members must go. */
function sameVm(before, after) {
  const keys = Object.keys(before);
  return after !== undefined && keys.length === Object.keys(after).length && keys.every((key) => before[key] === after[key] ||
    (typeof before[key] === "object" && JSON.stringify(before[key]) === JSON.stringify(after[key])));
}

/** Compare groups and their machines, but not their queues. */
function sameGroups(before, after) {
  if (before === after) return true;
  return before.length === after.length && before.every((group, index) => {
    const current = after[index];
    return group.id === current.id && group.name === current.name && group.vm_ids.length === current.vm_ids.length &&
      group.vm_ids.every((id, position) => id === current.vm_ids[position]);
  });
}
