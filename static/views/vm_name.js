// The name of a machine. A long name is shortened in the middle, since similar names often differ only at the end.

const SPLIT_FROM = 20;
const TAIL = 8;

export function showVmName(node, id) {
  if (id.length < SPLIT_FROM) { node.textContent = id; return; }
  node.classList.add("long");
  node.setAttribute("aria-label", id); // screen readers would read two pieces as two words
  node.replaceChildren(piece(id.slice(0, -TAIL)), piece(id.slice(-TAIL)));
}

function piece(text) {
  const node = document.createElement("span");
  node.textContent = text;
  return node;
}
