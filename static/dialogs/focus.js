// Where the focus goes when a dialog closes: back to what opened it, also over several dialogs in a row.

const openers = new WeakMap(); // by dialog
let lastOpener = null;

/** Remember what had the focus before this dialog; call it before the dialog is shown. */
export function rememberOpener(dialog) {
  const active = document.activeElement;
  const opener = openers.get(active.closest("dialog")) ?? (active === document.body ? lastOpener : { node: active, action: active.dataset.action });
  lastOpener = opener;
  openers.set(dialog, opener);
}

/**
 * Once the last dialog has closed, mend where the browser put the focus: nowhere, or on a button that means something
 * else by now ("Release" where "Book" was) and is not to be pressed by a second Enter.
 */
export function restoreFocus(dialog) {
  const opener = openers.get(dialog);
  const under = [...document.querySelectorAll("dialog[open]")].at(-1);
  if (under && document.activeElement === document.body) under.querySelector(".close").focus();
  if (!opener || under) return;
  const { node, action } = opener;
  const actionChanged = node.dataset.action !== action;
  const active = document.activeElement;
  if (active !== document.body && !(active === node && actionChanged)) return;
  const reusable = node.isConnected && !actionChanged && node.checkVisibility();
  const target = reusable ? node : node.closest(".card:not([hidden]), .own-booking")?.querySelector(".name");
  (target?.isConnected ? target : ownRowOf(node.dataset.vm) ?? document.getElementById("board")).focus();
}

/** Where a machine that was just booked is by now: among one's own on top. */
const ownRowOf = (id) => [...document.querySelectorAll("#own-machines .name")].find(({ dataset }) => dataset.vm === id);
