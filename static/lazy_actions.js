// The first paint needs no dialog. Dialogs and actions, with their texts, are loaded at the user's first event, or five
// seconds after the start.
import { t } from "./i18n.js";
import { isByUser } from "./pointer.js";
import { groupById } from "./queue.js";
import { onSelectionChange } from "./selection.js";
import { loadTexts } from "./sentences.js";
import { loadSheet } from "./sheets.js";
import { newNames, state } from "./state.js";
import { toast } from "./views/toasts.js";

const USER_EVENTS = ["pointermove", "pointerdown", "focusin", "keydown"];
const PRELOAD_AFTER_MS = 5000;

let table, loading, clickPending = false;

export function preloadActions() {
  for (const type of USER_EVENTS) addEventListener(type, preloadForUser);
  setTimeout(preload, PRELOAD_AFTER_MS);
  onSelectionChange(preload); // their bar is among the actions
}

function preloadForUser(event) {
  if (!isByUser(event)) return;
  for (const other of USER_EVENTS) removeEventListener(other, preloadForUser);
  preload();
}

/** Run the action; load the actions first if they are not there yet. */
export async function performAction(action, data, target) {
  if (!table) {
    if (!(await waitForActions(target))) return;
    const message = missingTarget(withPresentName(data));
    if (message) return toast(message);
  }
  table[action](withPresentName(data), target);
}

/** A button that was made before its machine was renamed, such as in a message, is about the renamed one. */
function withPresentName(data) {
  const renamed = data?.vm && newNames([data.vm]).get(data.vm);
  return renamed ? { ...data, vm: renamed } : data;
}

function missingTarget({ vm, group } = {}) {
  if (vm && !state.vms.has(vm)) return t("gone.deleted", { vm });
  return group && !groupById(group) && t("gone.group_gone");
}

/** Return whether the actions are loaded. False also for a second click while the first one waits for them. */
async function waitForActions(button) {
  if (clickPending) return false;
  clickPending = true;
  button?.setAttribute("aria-busy", "true");
  try {
    await loadActions();
  } catch (error) {
    console.info("the dialogs could not be loaded:", error.message);
    if (state.online && navigator.onLine) location.reload(); // the server was upgraded and no longer has this file
    else toast(t("offline.wait"));
  }
  button?.removeAttribute("aria-busy");
  clickPending = false;
  return Boolean(table);
}

function loadActions() {
  loading ??= fetchActions().catch((error) => { loading = undefined; throw error; });
  return loading;
}

async function fetchActions() {
  const [module] = await Promise.all([import("./action_table.js"), loadTexts(), loadSheet("later.css")]);
  module.mountActions();
  table = module.actionTable;
}

/** Load without a click. A failure is only logged: the click that needs the actions reports it. */
const preload = () => loadActions().catch((error) => console.info("not loaded yet:", error.message));
