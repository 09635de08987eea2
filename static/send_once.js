// Sends the form of the page behind a letter's link once. The second click of a double click would find the link used, and its
// answer, that the link is no longer valid, would be the one that the reader sees.
for (const form of document.forms) {
  let sent = false;
  form.addEventListener("submit", (event) => {
    if (sent) event.preventDefault();
    sent = true;
  });
  addEventListener("pageshow", (event) => {
    if (event.persisted) sent = false; // back from the answer
  });
}
