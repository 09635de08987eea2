// The first paint needs no dialog: they and what they do are loaded at the first sign of somebody, or a little after.
import { t } from "./i18n.js";
import { groupBy } from "./queue.js";
import { state } from "./state.js";
import { toast } from "./views/toasts.js";

const SIGNS = ["pointerover", "pointerdown", "focusin", "keydown"];
const A_LITTLE = 5000;

let acts, loading, awaited = false;

export function loadInTime() {
  for (const sign of SIGNS) addEventListener(sign, quietly, { once: true });
  setTimeout(quietly, A_LITTLE);
}

/** Carry out what the click means; at once where all is loaded. */
export async function perform(act, data, target) {
  if (!acts) {
    if (!(await isLoaded())) return;
    const gone = goneMeanwhile(data);
    if (gone) return toast(gone);
  }
  acts[act](data, target);
}

function goneMeanwhile({ vm, group } = {}) {
  if (vm && !state.vms.has(vm)) return t("gone.deleted", { vm });
  return group && !groupBy(group) && t("gone.group_gone");
}

/** False too for a second click while the first one waits. */
async function isLoaded() {
  if (awaited) return false;
  awaited = true;
  try {
    await load();
  } catch (error) {
    console.info("the dialogs could not be loaded:", error.message);
    if (state.online && navigator.onLine) location.reload(); // the server has another version by now
    else toast(t("offline.wait"));
  }
  awaited = false;
  return Boolean(acts);
}

function load() {
  loading ??= import("./action_table.js").then((module) => (acts = module.acts), (error) => { loading = undefined; throw error; });
  return loading;
}

/** Ahead of time: where it fails, the click that needs it says so. */
const quietly = () => load().catch((error) => console.info("not loaded yet:", error.message));
