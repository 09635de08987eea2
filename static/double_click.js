// The second click of a double click counts only if it hits the same control as the first.

let firstControl;

/**
 * Drop a second click that hits another control: a row moved up, a button changed its action or a dialog opened.
 * Call it before other click listeners are added to the window.
 */
export function ignoreStrayClicks() {
  addEventListener("click", (event) => {
    const control = controlAt(event.target);
    if (event.detail < 2) firstControl = control; // 0: by the keyboard
    else if (control !== firstControl) { event.preventDefault(); event.stopImmediatePropagation(); }
  }, { capture: true });
}

function controlAt(target) {
  const control = target.closest("button, [data-action], dialog");
  const { action, vm, group } = control?.dataset ?? {};
  return action ? `${action} ${vm} ${group}` : control;
}
