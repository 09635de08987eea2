// A click beside a dialog closes it, but never throws away what was typed or chosen there.

/** Call `close` at a click beside the dialog, unless the user has changed something in it. A drag is no such click. */
export function onClickBeside(node, close) {
  let changed = false;
  let pressedBeside = false;
  node.addEventListener("input", () => (changed = true));
  node.addEventListener("pointerdown", ({ target }) => (pressedBeside = target === node));
  node.addEventListener("pointerup", ({ target }) => (pressedBeside &&= target === node));
  node.addEventListener("click", ({ target }) => target === node && pressedBeside && !changed && close());
}
