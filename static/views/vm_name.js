// A machine's name. A long one is cut in its middle where there is no room: names of one family differ at their ends.

const LONG = 20;
const END = 8;

export function showName(node, id) {
  if (id.length < LONG) { node.textContent = id; return; }
  node.classList.add("long");
  node.ariaLabel = id; // two pieces would be read as two words
  node.replaceChildren(piece(id.slice(0, -END)), piece(id.slice(-END)));
}

function piece(text) {
  const node = document.createElement("span");
  node.textContent = text;
  return node;
}
