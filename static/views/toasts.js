// Short messages at the corner. What comes in a flood becomes one line.
import { element, html } from "../html.js";
import { addToInbox } from "../notification_inbox.js";
import { t } from "../i18n.js";
import { refresh } from "../live.js";
import { state } from "../state.js";

const STAY_MS = 5000;
const GATHER_MS = 250;
const MAX_SHOWN = 3;

const root = document.getElementById("toasts");
const ownActions = new Map(); // what this tab did itself: it has said so already
let gathered = [];

/**
 * Say something; `bad` for what went wrong, `act` for a button: {label, run}. What is said of `about`, a machine, stands
 * in the place of what was said of it before.
 */
export function toast(text, { failed = false, action, vmId = "" } = {}) {
  if (vmId) root.querySelector(`[data-vm="${CSS.escape(vmId)}"]`)?.remove();
  const node = element(html`<div class="toast ${failed ? "failed" : ""}" data-vm="${vmId}"><span class="message">${text}</span>
    ${action && html`<button>${action.label}</button>`}</div>`);
  node.querySelector("button")?.addEventListener("click", () => { dismiss(node); action.run(); });
  moveToTopLayer();
  root.append(node);
  while (root.children.length > MAX_SHOWN) root.firstElementChild.remove();
  let timer = setTimeout(() => node.remove(), action ? 2 * STAY_MS : STAY_MS);
  const pause = () => clearTimeout(timer);
  const resume = () => { pause(); timer = setTimeout(() => node.remove(), STAY_MS / 2); };
  for (const type of ["pointerenter", "focusin"]) node.addEventListener(type, pause);
  for (const type of ["pointerleave", "focusout"]) node.addEventListener(type, resume);
}

/** Its button had the focus, which does not go with it. */
function dismiss(node) {
  const dialog = root.closest("dialog");
  (dialog?.querySelector(".send, .close") ?? document.getElementById("board")).focus({ preventScroll: true });
  node.remove();
}

/** Do what the last message offers: to undo, above all. */
export function acceptOffer() {
  [...root.querySelectorAll("button")].pop()?.click();
}

/** Call when a dialog has opened. */
export function raiseToasts() {
  if (root.children.length) moveToTopLayer();
}

/** The top layer is a stack, and beneath a dialog nothing can be pressed: while one is open they are in it. */
function moveToTopLayer() {
  const dialog = [...document.querySelectorAll("body > dialog[open]")].pop();
  if (root.parentNode !== (dialog ?? document.body)) {
    (dialog ?? document.body).append(root);
    dialog?.addEventListener("close", moveToTopLayer, { once: true });
  }
  root.hidePopover();
  root.showPopover();
}

/** Note that this tab does `kind` to the machine (undefined: to many at once), so that the server's word of it is not said again. */
export function noteOwnAction(kind, vmId) {
  ownActions.set(`${kind} ${vmId}`, Date.now());
}

/** A `notification` of the server. */
export function receiveNotification(notification) {
  if (notification.kind === "role_changed") refresh();
  addToInbox(notification);
  gathered.push(notification);
  if (gathered.length === 1) setTimeout(showGathered, GATHER_MS);
}

/** What this tab did is known by its answer, which may come a moment after the server's word of it. */
function showGathered() {
  const messages = gathered.filter((notification) => !isOwnAction(notification)).map(({ msg }) => msg);
  gathered = [];
  if (messages.length > MAX_SHOWN) toast(t("toast.many", { n: messages.length }));
  else messages.forEach((message) => toast(message));
}

const isOwnAction = ({ kind, vm_id: vmId, by = state.me.email }) => by === state.me.email && Date.now() - (ownActions.get(`${kind} ${vmId}`) ?? 0) < 5000;
