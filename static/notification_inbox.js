// The last notifications that concern the reader, kept in this browser for each person, over reloads and for all tabs.
import { now } from "./format.js";
import { recall, remember } from "./preferences.js";
import { placeIn } from "./queue.js";
import { isKept, isMine, state, subscribe } from "./state.js";

const AT_MOST = 50;
const LATELY = 5000; // what is said of a machine comes a moment after the machine has changed
const PERSONAL = new Set(["reminder", "role_changed", "held", "hold_lapsed", "hold_taken", "auto_booked", "waited_for",
  "waiting_maintenance", "queue_removed", "queue_gone"]);

const listeners = new Set();
const touching = new Set(); // the machines that I hold or wait for
const left = new Map(); // when that ended, by machine id

/** Call `listener` after every change of what is kept; what comes back stops that. */
export function onHeard(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Newest first: {at, revision (of the board), msg, vm, seen}. */
export const heard = () => JSON.parse(recall(place()) ?? "[]");

export const unread = () => (state.me.authenticated ? heard().filter(({ seen }) => !seen).length : 0);

/** Keep a `notification` of the server, if it is of the reader's own affairs and not of what they did themselves. */
export function hear({ kind, msg, vm_id: vm, by }) {
  if (!state.me.authenticated || !(PERSONAL.has(kind) || (by !== state.me.email && concerns(vm)))) return;
  const before = heard();
  const { revision } = state;
  if (before.some((one) => one.msg === msg && one.revision === revision)) return; // another tab was faster
  keep([{ at: now(), revision, msg, vm }, ...before]);
}

export const markSeen = () => keep(heard().map((one) => ({ ...one, seen: true })));

export const forgetAll = () => keep([]);

/** Follow which machines are the reader's, and what other tabs keep. */
export function listen() {
  follow(state.vms.keys());
  subscribe(({ vms, me }) => {
    if (me) { touching.clear(); left.clear(); }
    if (vms) follow(vms === "all" ? state.vms.keys() : vms);
    if (me) tell();
  });
  addEventListener("storage", ({ key }) => key === place() && tell());
}

function follow(ids) {
  for (const id of ids) {
    const vm = state.vms.get(id);
    if (vm && (isMine(vm) || isKept(vm) || placeIn(vm.queue))) touching.add(id);
    else if (touching.delete(id)) left.set(id, now());
  }
}

const concerns = (id) => touching.has(id) || now() - (left.get(id) ?? 0) < LATELY;

const place = () => `heard ${state.me.email}`;

function keep(notices) {
  remember(place(), JSON.stringify(notices.slice(0, AT_MOST)));
  tell();
}

function tell() {
  for (const listener of listeners) listener();
}
