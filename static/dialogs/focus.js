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

/**
 * Once the last dialog has closed, mend where the browser put the focus: nowhere, or on a button that means something
 * else by now ("Release" where "Book" was) and is not to be pressed by a second Enter.
 */
export function comeBack(dialog) {
  const from = openers.get(dialog);
  const under = [...document.querySelectorAll("dialog[open]")].at(-1);
  if (under && document.activeElement === document.body) under.querySelector(".close").focus();
  if (!from || under) return;
  const { node, act } = from;
  const changed = node.dataset.act !== act;
  const active = document.activeElement;
  if (active !== document.body && !(active === node && changed)) return;
  const same = node.isConnected && !changed && node.checkVisibility();
  const near = same ? node : node.closest(".card:not([hidden]), .held")?.querySelector(".name");
  (near?.isConnected ? near : rowOf(node.dataset.vm) ?? document.getElementById("board")).focus();
}

/** Where a machine that was just booked is by now: among one's own on top. */
const rowOf = (id) => [...document.querySelectorAll("#mine .name")].find(({ dataset }) => dataset.vm === id);
