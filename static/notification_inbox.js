// The last notifications for the user. They are stored in this browser by user, survive reloads and are shared by all tabs.
import { boot } from "./boot.js";
import { now } from "./clock.js";
import { forget, recall, remember } from "./browser_storage.js";
import { positionIn } from "./queue.js";
import { isHeldForMe, isMine, state, subscribe } from "./state.js";

const CAPACITY = 50;
const RECENTLY_MS = 5000; // the notification about a machine comes shortly after its change
const PERSONAL_KINDS = new Set(boot.events.personal);

const listeners = new Set();
const involved = new Set(); // ids of machines that the user holds or waits for
const involvedUntil = new Map(); // by machine id: when that ended, in milliseconds

/** Call `listener` after every change of the inbox. Returns a function that ends this. */
export function onInboxChange(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Return the notifications, newest first: {at (milliseconds), revision (of the board), vm, seen, msg, facts, undo (static/undo.js)}. Old ones have no facts. */
export const inbox = () => JSON.parse(recall(storageKey()) ?? "[]");

export const unreadCount = () => (state.me.authenticated ? inbox().filter(({ seen }) => !seen).length : 0);

/** Store a notification of the server if it concerns the user and is not about the user's own action. */
export function addToInbox({ msg, ...facts }) {
  const { kind, vm_id: vm, by } = facts;
  if (!state.me.authenticated || !(PERSONAL_KINDS.has(kind) || (by !== state.me.email && concernsMe(vm)))) return;
  const stored = inbox();
  const { revision } = state;
  if (stored.some((notification) => notification.msg === msg && notification.revision === revision)) return; // another tab has stored it
  storeInbox([{ at: now(), revision, msg, vm, facts }, ...stored]);
}

export const markAllRead = () => storeInbox(inbox().map((notification) => ({ ...notification, seen: true })));

export const clearInbox = () => storeInbox([]);

/** Remove what the browser stores of that user's notifications. */
export function forgetInbox(email) {
  forget(storageKey(email));
  forget("told");
}

/** Follow which machines the user holds or waits for, and what other tabs store. */
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

const storageKey = (email = state.me.email) => `heard ${email}`;

export function storeInbox(notifications) {
  remember(storageKey(), JSON.stringify(notifications.slice(0, CAPACITY)));
  notifyListeners();
}

function notifyListeners() {
  for (const listener of listeners) listener();
}
