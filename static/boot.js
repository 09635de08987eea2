// What the server put into the page, so that the first paint needs no second request. It does not stay in the page:
// whoever signs out leaves nothing behind.
const node = document.getElementById("boot");

export const boot = JSON.parse(node.textContent);

node.remove();
