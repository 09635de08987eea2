// The first paint needs no dialog: they and what they do are loaded at the first sign of somebody, or a little after.
import { t } from "./i18n.js";
import { groupById } from "./queue.js";
import { state } from "./state.js";
import { toast } from "./views/toasts.js";

const USER_EVENTS = ["pointerover", "pointerdown", "focusin", "keydown"];
const PRELOAD_AFTER_MS = 5000;

let table, loading, clickPending = false;

export function preloadActions() {
  for (const type of USER_EVENTS) addEventListener(type, preload, { once: true });
  setTimeout(preload, PRELOAD_AFTER_MS);
}

/** Carry out what the click means; at once where all is loaded. */
export async function performAction(action, data, target) {
  if (!table) {
    if (!(await waitForActions())) return;
    const message = missingTarget(data);
    if (message) return toast(message);
  }
  table[action](data, target);
}

function missingTarget({ vm, group } = {}) {
  if (vm && !state.vms.has(vm)) return t("gone.deleted", { vm });
  return group && !groupById(group) && t("gone.group_gone");
}

/** False too for a second click while the first one waits. */
async function waitForActions() {
  if (clickPending) return false;
  clickPending = true;
  try {
    await loadActions();
  } catch (error) {
    console.info("the dialogs could not be loaded:", error.message);
    if (state.online && navigator.onLine) location.reload(); // the server has another version by now
    else toast(t("offline.wait"));
  }
  clickPending = false;
  return Boolean(table);
}

function loadActions() {
  loading ??= import("./action_table.js").then((module) => (table = module.actionTable), (error) => { loading = undefined; throw error; });
  return loading;
}

/** Ahead of time: where it fails, the click that needs it says so. */
const preload = () => loadActions().catch((error) => console.info("not loaded yet:", error.message));
