// Returns the focus to what opened a dialog, also after several dialogs in a row.
import { isRendered } from "../html.js";

const openers = new WeakMap(); // by dialog
let lastOpener = null;

/** Remember what had the focus before this dialog. Call it before the dialog is shown. */
export function rememberOpener(dialog) {
  const active = document.activeElement;
  const opener = openers.get(active.closest("dialog")) ?? (active === document.body ? lastOpener : { node: active, action: active.dataset.action });
  lastOpener = opener;
  openers.set(dialog, opener);
}

/**
 * Correct the focus after the last dialog has closed. The browser may leave it nowhere, or on a button whose action has
 * changed ("Release" where "Book" was), which a second Enter must not press.
 */
export function restoreFocus(dialog) {
  const opener = openers.get(dialog);
  const under = [...document.querySelectorAll("dialog[open]")].at(-1);
  if (under && document.activeElement === document.body) (under.querySelector("[autofocus]") ?? under.querySelector(".close")).focus();
  if (!opener || under) return;
  const { node, action } = opener;
  const actionChanged = node.dataset.action !== action;
  const active = document.activeElement;
  if (active !== document.body && !(active === node && actionChanged)) return;
  const reusable = node.isConnected && !actionChanged && isRendered(node);
  const target = reusable ? node : node.closest(".card:not([hidden]), .own-booking")?.querySelector(".name");
  (target?.isConnected ? target : ownRowOf(node.dataset.vm) ?? document.getElementById("board")).focus();
}

/** Return the machine's name in the user's own machines at the top, where it is after booking. */
const ownRowOf = (id) => [...document.querySelectorAll("#own-machines .name")].find(({ dataset }) => dataset.vm === id);
