// The second of two quick clicks is meant for what the first one was: never for what has come under the pointer since.

let first;

/** Ahead of everybody else's listeners: a row that moved up, a button that means something else by now, a dialog that opened. */
export function dropStrayClicks() {
  addEventListener("click", (event) => {
    const meant = whatIsAt(event.target);
    if (event.detail < 2) first = meant; // 0 by a key
    else if (meant !== first) { event.preventDefault(); event.stopImmediatePropagation(); }
  }, { capture: true });
}

function whatIsAt(target) {
  const control = target.closest("button, [data-act], dialog");
  const { act, vm, group } = control?.dataset ?? {};
  return act ? `${act} ${vm} ${group}` : control;
}
