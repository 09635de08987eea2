// A machine's name. A long one is cut in its middle where there is no room: names of one family differ at their ends.

const SPLIT_FROM = 20;
const TAIL = 8;

export function showVmName(node, id) {
  if (id.length < SPLIT_FROM) { node.textContent = id; return; }
  node.classList.add("long");
  node.ariaLabel = id; // two pieces would be read as two words
  node.replaceChildren(piece(id.slice(0, -TAIL)), piece(id.slice(-TAIL)));
}

function piece(text) {
  const node = document.createElement("span");
  node.textContent = text;
  return node;
}
