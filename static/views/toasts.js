// Short messages at the corner. What comes in a flood becomes one line.
import { element, html } from "../html.js";
import { hear } from "../notification_inbox.js";
import { t } from "../i18n.js";
import { refresh } from "../live.js";
import { state } from "../state.js";

const STAY = 5000;
const GATHER = 250;
const AT_ONCE = 3;

const root = document.getElementById("toasts");
const mine = new Map(); // what this tab did itself: it has said so already
let gathered = [];

/**
 * Say something; `bad` for what went wrong, `act` for a button: {label, run}. What is said of `about`, a machine, stands
 * in the place of what was said of it before.
 */
export function toast(text, { bad = false, act, about = "" } = {}) {
  if (about) root.querySelector(`[data-about="${CSS.escape(about)}"]`)?.remove();
  const node = element(html`<div class="toast ${bad ? "bad" : ""}" data-about="${about}"><span class="say">${text}</span>
    ${act && html`<button>${act.label}</button>`}</div>`);
  node.querySelector("button")?.addEventListener("click", () => { leave(node); act.run(); });
  keepOnTop();
  root.append(node);
  while (root.children.length > AT_ONCE) root.firstElementChild.remove();
  let timer = setTimeout(() => node.remove(), act ? 2 * STAY : STAY);
  const stay = () => clearTimeout(timer);
  const go = () => { stay(); timer = setTimeout(() => node.remove(), STAY / 2); };
  for (const sign of ["pointerenter", "focusin"]) node.addEventListener(sign, stay);
  for (const sign of ["pointerleave", "focusout"]) node.addEventListener(sign, go);
}

/** Its button had the focus, which does not go with it. */
function leave(node) {
  const dialog = root.closest("dialog");
  (dialog?.querySelector(".send, .close") ?? document.getElementById("board")).focus({ preventScroll: true });
  node.remove();
}

/** Do what the last message offers: to undo, above all. */
export function takeOffer() {
  [...root.querySelectorAll("button")].pop()?.click();
}

/** Call when a dialog has opened. */
export function followDialog() {
  if (root.children.length) keepOnTop();
}

/** The top layer is a stack, and beneath a dialog nothing can be pressed: while one is open they are in it. */
function keepOnTop() {
  const dialog = [...document.querySelectorAll("body > dialog[open]")].pop();
  if (root.parentNode !== (dialog ?? document.body)) {
    (dialog ?? document.body).append(root);
    dialog?.addEventListener("close", keepOnTop, { once: true });
  }
  root.hidePopover();
  root.showPopover();
}

/** Note that this tab does `kind` to the machine (undefined: to many at once), so that the server's word of it is not said again. */
export function did(kind, vmId) {
  mine.set(`${kind} ${vmId}`, Date.now());
}

/** A `notification` of the server. */
export function notified(notice) {
  if (notice.kind === "role_changed") refresh();
  hear(notice);
  gathered.push(notice);
  if (gathered.length === 1) setTimeout(show, GATHER);
}

/** What this tab did is known by its answer, which may come a moment after the server's word of it. */
function show() {
  const messages = gathered.filter((notice) => !isOwn(notice)).map(({ msg }) => msg);
  gathered = [];
  if (messages.length > AT_ONCE) toast(t("toast.many", { n: messages.length }));
  else messages.forEach((message) => toast(message));
}

const isOwn = ({ kind, vm_id: vmId, by = state.me.email }) => by === state.me.email && Date.now() - (mine.get(`${kind} ${vmId}`) ?? 0) < 5000;
