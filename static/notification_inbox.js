// The last notifications that concern the reader, kept in this browser for each person, over reloads and for all tabs.
import { now } from "./format.js";
import { recall, remember } from "./preferences.js";
import { positionIn } from "./queue.js";
import { isHeldForMe, isMine, state, subscribe } from "./state.js";

const CAPACITY = 50;
const RECENTLY_MS = 5000; // what is said of a machine comes a moment after the machine has changed
const PERSONAL_KINDS = new Set(["reminder", "role_changed", "held", "hold_lapsed", "hold_taken", "auto_booked", "waited_for",
  "waiting_maintenance", "queue_removed", "queue_gone"]);

const listeners = new Set();
const involved = new Set(); // the machines that I hold or wait for
const involvedUntil = new Map(); // when that ended, by machine id

/** Call `listener` after every change of what is kept; what comes back stops that. */
export function onInboxChange(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Newest first: {at, revision (of the board), msg, vm, seen}. */
export const inbox = () => JSON.parse(recall(storageKey()) ?? "[]");

export const unreadCount = () => (state.me.authenticated ? inbox().filter(({ seen }) => !seen).length : 0);

/** Keep a `notification` of the server, if it is of the reader's own affairs and not of what they did themselves. */
export function addToInbox({ kind, msg, vm_id: vm, by }) {
  if (!state.me.authenticated || !(PERSONAL_KINDS.has(kind) || (by !== state.me.email && concernsMe(vm)))) return;
  const stored = inbox();
  const { revision } = state;
  if (stored.some((notification) => notification.msg === msg && notification.revision === revision)) return; // another tab was faster
  store([{ at: now(), revision, msg, vm }, ...stored]);
}

export const markAllRead = () => store(inbox().map((notification) => ({ ...notification, seen: true })));

export const clearInbox = () => store([]);

/** Follow which machines are the reader's, and what other tabs keep. */
export function watchOwnMachines() {
  track(state.vms.keys());
  subscribe(({ vms, me }) => {
    if (me) { involved.clear(); involvedUntil.clear(); }
    if (vms) track(vms === "all" ? state.vms.keys() : vms);
    if (me) notifyListeners();
  });
  addEventListener("storage", ({ key }) => key === storageKey() && notifyListeners());
}

function track(ids) {
  for (const id of ids) {
    const vm = state.vms.get(id);
    if (vm && (isMine(vm) || isHeldForMe(vm) || positionIn(vm.queue))) involved.add(id);
    else if (involved.delete(id)) involvedUntil.set(id, now());
  }
}

const concernsMe = (id) => involved.has(id) || now() - (involvedUntil.get(id) ?? 0) < RECENTLY_MS;

const storageKey = () => `heard ${state.me.email}`;

function store(notifications) {
  remember(storageKey(), JSON.stringify(notifications.slice(0, CAPACITY)));
  notifyListeners();
}

function notifyListeners() {
  for (const listener of listeners) listener();
}
