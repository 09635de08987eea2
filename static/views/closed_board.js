// LOADZONE_STRANGERS=none: the page asks to sign in, and after signing out nothing of the board stays in it or in the browser.
import { get } from "../api.js";
import { base } from "../base.js";
import { forgetInbox } from "../notification_inbox.js";
import { isClosed, state, subscribe } from "../state.js";

let before = state.me;

export function mountClosedBoard() {
  if (state.settings.strangers !== "none") return;
  subscribe(({ me }) => me && onAnotherUser());
  addEventListener("pageshow", ({ persisted }) => persisted && location.reload()); // left before, and kept as it was
  document.addEventListener("visibilitychange", () => isClosed() && !document.hidden && followOtherTabs());
}

/** Show the board if the user has signed in in another tab meanwhile. */
async function followOtherTabs() {
  try {
    if ((await get("/me")).authenticated) location.reload();
  } catch (error) {
    console.info("not asked whether somebody signed in:", error.message);
  }
}

function onAnotherUser() {
  const { email } = before;
  before = state.me;
  if (email && email !== state.me.email) forgetInbox(email);
  if (email && isClosed()) dropBoard();
  else document.body.classList.toggle("closed", isClosed());
}

/** Hide the page at once and load it again, so that nothing in it keeps the board; and have the browser forget the stored answer. */
function dropBoard() {
  document.documentElement.hidden = true;
  document.title = "LoadZone";
  fetch(`${base}/vms`, { cache: "reload" }).catch(() => null).then(() => location.reload());
}
