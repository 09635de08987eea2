// The name of a machine. A long name is shortened in the middle, since similar names often differ only at the end.

const SPLIT_FROM = 20;
const TAIL = 8;

/** Show the name on the button of the machine. */
export function showVmName(node, id) {
  const isLong = id.length >= SPLIT_FROM;
  node.dataset.vm = id;
  node.classList.toggle("long", isLong);
  if (isLong) node.setAttribute("aria-label", id); // screen readers would read two pieces as two words
  else node.removeAttribute("aria-label");
  node.replaceChildren(...(isLong ? [piece(id.slice(0, -TAIL)), piece(id.slice(-TAIL))] : [id]));
}

function piece(text) {
  const node = document.createElement("span");
  node.textContent = text;
  return node;
}
