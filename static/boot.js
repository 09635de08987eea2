// What the server put into the page, so that the first paint needs no second request.
export const boot = JSON.parse(document.getElementById("boot").textContent);
