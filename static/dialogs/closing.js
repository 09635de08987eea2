// What closes a dialog. Nothing does while it sends: a refusal would be lost, with what was typed.

/** Close the dialog by its buttons, and by a click beside it unless it is `persistent`. */
export function followClosing(dialog, persistent) {
  const { node } = dialog;
  node.addEventListener("click", (event) => event.target.closest(".close, [data-closes]") && dialog.close());
  if (!persistent) onClickBeside(node, () => dialog.close());
  const stay = (event) => dialog.busy && (event.key ?? "Escape") === "Escape" && event.preventDefault();
  node.addEventListener("cancel", stay); // the way back of a phone; browsers let a page prevent only the first of several
  addEventListener("keydown", stay); // of the page: the focus is nowhere, since the button that had it is disabled
  node.addEventListener("close", () => removeEventListener("keydown", stay));
}

/** Call `close` at a click beside the dialog, unless the user has changed something in it. A drag is no such click. */
function onClickBeside(node, close) {
  let changed = false;
  let pressedBeside = false;
  node.addEventListener("input", () => (changed = true));
  node.addEventListener("pointerdown", ({ target }) => (pressedBeside = target === node));
  node.addEventListener("pointerup", ({ target }) => (pressedBeside &&= target === node));
  node.addEventListener("click", ({ target }) => target === node && pressedBeside && !changed && close());
}
