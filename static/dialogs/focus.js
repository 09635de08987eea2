// Where the focus goes when a dialog closes: back to what opened it, also over several dialogs in a row.

const openers = new WeakMap(); // by dialog
let last = null;

/** Remember what had the focus before this dialog; call it before the dialog is shown. */
export function leave(dialog) {
  const active = document.activeElement;
  const from = openers.get(active.closest("dialog")) ?? (active === document.body ? last : { node: active, act: active.dataset.act });
  last = from;
  openers.set(dialog, from);
}

/** Go back, once the last dialog has closed. A button that means something else by now is not pressed twice by mistake. */
export function comeBack(dialog) {
  const from = openers.get(dialog);
  if (!from || document.querySelector("dialog[open]")) return;
  const { node, act } = from;
  const same = node.isConnected && node.dataset.act === act && node.checkVisibility();
  const near = same ? node : node.closest(".card:not([hidden]), .held")?.querySelector(".name");
  (near?.isConnected ? near : document.getElementById("board")).focus();
}
