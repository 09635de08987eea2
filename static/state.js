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

const FEW = 30; // more changes than these are not shown one by one
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
export function load(board) {
  const before = state.vms;
  state.vms = new Map(board.vms.map((vm) => [vm.id, alike(vm, before.get(vm.id)) ? before.get(vm.id) : vm]));
  const others = state.groups;
  state.groups = board.groups;
  state.revision = board.revision;
  const changed = [...new Set([...before.keys(), ...state.vms.keys()])].filter((id) => before.get(id) !== state.vms.get(id));
  tell({ vms: changed.length > FEW ? "all" : changed, groups: !sameMake(others, state.groups), queues: true });
}

/** Apply a socket's `change`. False: there is a gap, and all must be fetched. */
export function apply(change) {
  if (change.revision <= state.revision) return true;
  if (change.all || change.revision !== state.revision + 1) return false;
  for (const vm of change.vms) state.vms.set(vm.id, vm);
  for (const id of change.removed) state.vms.delete(id);
  const before = state.groups;
  if (change.groups) state.groups = change.groups;
  state.revision = change.revision;
  const groups = !sameMake(before, state.groups);
  tell({ vms: [...change.vms.map((vm) => vm.id), ...change.removed], groups, queues: Boolean(change.groups) });
  return true;
}

/** Show the answer of a call at once, save machines of which something newer than `before` (by id) came meanwhile. */
export function answered(vms, before) {
  const news = vms.filter(({ id }) => state.vms.get(id) === before.get(id));
  for (const vm of news) state.vms.set(vm.id, vm);
  if (news.length) tell({ vms: news.map(({ id }) => id), groups: false });
}

export function setMe(me) {
  if (same(me, state.me)) return;
  state.me = me;
  tell({ me: true, vms: "all", groups: true, queues: true });
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
/** Held for me, whether it is my turn already or kept until I have all that I wait for. */
export const isKept = (vm) => vm.state === "held" && Boolean(vm.held_for) && vm.held_for === state.me.email;
export const isMyTurn = (vm) => isKept(vm) && Boolean(vm.held_until);
export const groupOf = (vm) => state.groups.find((group) => group.id === vm.group);
export const myVms = () =>
  [...state.vms.values()].filter(isMine).sort((a, b) => a.expires_at.localeCompare(b.expires_at));

export const myTurns = () =>
  [...state.vms.values()].filter(isMyTurn).sort((a, b) => a.held_until.localeCompare(b.held_until));

function tell(what) {
  for (const listener of listeners) listener(what);
}

function same(one, other) {
  return ["authenticated", "email", "role"].every((key) => one[key] === other[key]);
}

/** Whether these say the same of a machine, and as much: who is a stranger now must not keep what a member saw. */
function alike(one, other) {
  const keys = Object.keys(one);
  return other !== undefined && keys.length === Object.keys(other).length && keys.every((key) => one[key] === other[key] ||
    (typeof one[key] === "object" && JSON.stringify(one[key]) === JSON.stringify(other[key])));
}

/** Whether these are the same groups with the same machines, whoever waits for them. */
function sameMake(some, others) {
  if (some === others) return true;
  return some.length === others.length && some.every((group, position) => {
    const other = others[position];
    return group.id === other.id && group.name === other.name && group.vm_ids.length === other.vm_ids.length &&
      group.vm_ids.every((id, n) => id === other.vm_ids[n]);
  });
}
