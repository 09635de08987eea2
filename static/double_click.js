// The second of two quick clicks is meant for what the first one was: never for what has come under the pointer since.

let firstControl;

/** Ahead of everybody else's listeners: a row that moved up, a button that means something else by now, a dialog that opened. */
export function ignoreStrayClicks() {
  addEventListener("click", (event) => {
    const control = controlAt(event.target);
    if (event.detail < 2) firstControl = control; // 0 by a key
    else if (control !== firstControl) { event.preventDefault(); event.stopImmediatePropagation(); }
  }, { capture: true });
}

function controlAt(target) {
  const control = target.closest("button, [data-action], dialog");
  const { action, vm, group } = control?.dataset ?? {};
  return action ? `${action} ${vm} ${group}` : control;
}
