// The data that the server put into the page, so that the first paint needs no second request. The element is removed:
// after signing out nothing of it is left in the page.
const node = document.getElementById("boot");

export const boot = JSON.parse(node.textContent);

node.remove();
