// Short messages in the corner. Many at once become one line.
import { element, html } from "../html.js";
import { addToInbox } from "../notification_inbox.js";
import { t } from "../i18n.js";
import { refresh } from "../live.js";
import { isByUser } from "../pointer.js";
import { loadSentences, notificationText } from "../sentences.js";
import { state } from "../state.js";

const STAY_MS = 5000;
const GATHER_MS = 250;
const MAX_SHOWN = 3;

const root = document.getElementById("toasts");
const ownActions = new Map(); // by event and machine id: when this tab did it; its message is shown already
let gathered = [];

/**
 * Show a message. `failed`: it reports an error; `action`: a button as {label, run}; `vmId`: the message replaces an
 * earlier one about the same machine, or the same deletion of several.
 */
export function toast(text, { failed = false, action, vmId = "" } = {}) {
  if (vmId) root.querySelector(`[data-vm="${CSS.escape(vmId)}"]`)?.remove();
  const node = element(html`<div class="toast ${failed ? "failed" : ""}" data-vm="${vmId}"><span class="message">${text}</span>
    ${action && html`<button>${action.label}</button>`}</div>`);
  node.querySelector("button")?.addEventListener("click", () => {
    if (!state.online) return toast(t("offline.wait"));
    dismiss(node);
    action.run();
  });
  moveToTop();
  root.append(node);
  while (root.children.length > MAX_SHOWN) leastNeeded().remove();
  let timer = setTimeout(() => node.remove(), action ? 2 * STAY_MS : STAY_MS);
  const pause = (event) => isByUser(event) && clearTimeout(timer);
  const resume = () => { clearTimeout(timer); timer = setTimeout(() => node.remove(), STAY_MS / 2); };
  for (const type of ["pointermove", "focusin"]) node.addEventListener(type, pause);
  for (const type of ["pointerleave", "focusout"]) node.addEventListener(type, resume);
}

/** Return the oldest toast that offers nothing, if there is one before the newest. */
function leastNeeded() {
  const [, ...older] = [...root.children].reverse();
  return older.findLast((node) => !node.querySelector("button")) ?? root.firstElementChild;
}

/** Remove a toast whose button was clicked, and move the focus from that button back to the page. */
function dismiss(node) {
  const dialog = root.closest("dialog");
  (dialog?.querySelector(".send, .close") ?? document.getElementById("board")).focus({ preventScroll: true });
  node.remove();
}

/** Click the button of the latest toast that has one, mostly "Undo". */
export function acceptOffer() {
  [...root.querySelectorAll("button")].pop()?.click();
}

/** Keep the toasts above a dialog that has just opened. */
export function raiseToasts() {
  if (root.children.length) moveToTop();
}

/** Move the toasts into the dialog on top, if any: what is below a modal dialog is dimmed and cannot be clicked. */
function moveToTop() {
  const parent = [...document.querySelectorAll("body > dialog[open]")].pop() ?? document.body;
  if (root.parentNode === parent) return;
  parent.append(root);
  if (parent !== document.body) parent.addEventListener("close", moveToTop, { once: true });
}

/** Note that this tab causes the event `kind` for a machine (undefined: for many), so that its notification is not shown again. */
export function noteOwnAction(kind, vmId) {
  ownActions.set(`${kind} ${vmId}`, performance.now());
}

/** Handle a notification of the server: store it in the inbox and show it as a toast. */
export function receiveNotification(notification) {
  if (notification.kind === "role_changed") refresh();
  if (notification.receiver === state.me.email) return; // told to everybody; this user is told in person too
  addToInbox(notification);
  gathered.push(notification);
  if (gathered.length > 1) return;
  loadSentences();
  setTimeout(showGathered, GATHER_MS);
}

/** Show the notifications gathered in the last 250 ms, except those about this tab's own actions. */
async function showGathered() {
  const notifications = gathered.filter((notification) => !isOwnAction(notification));
  gathered = [];
  await loadSentences();
  if (notifications.length > MAX_SHOWN) toast(t("toast.many", { n: notifications.length }));
  else for (const notification of notifications) toast(notificationText(notification));
}

const isOwnAction = ({ kind, vm_id: vmId, by = state.me.email }) => by === state.me.email && performance.now() - (ownActions.get(`${kind} ${vmId}`) ?? -Infinity) < 5000;
