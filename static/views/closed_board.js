// LOADZONE_STRANGERS=none: the page asks to sign in, and after signing out nothing of the board stays in it or in the browser.
import { get } from "../api.js";
import { base } from "../base.js";
import { t } from "../i18n.js";
import { forgetInbox } from "../notification_inbox.js";
import { isClosed, state, subscribe } from "../state.js";
import { toast } from "./toasts.js";

const ENDED = "ended"; // in the tab's storage: the session was ended, and the page is loaded again

let before = state.me;

export function mountClosedBoard() {
  if (state.settings.strangers !== "none") return;
  if (takeEnded()) toast(t("session.ended"));
  subscribe(({ me }) => me && onAnotherUser());
  addEventListener("pageshow", ({ persisted }) => persisted && location.reload()); // left before, and kept as it was
  document.addEventListener("visibilitychange", () => isClosed() && !document.hidden && followOtherTabs());
}

/** Tell that the session has ended, also after the page is loaded again. */
export function tellSessionEnd() {
  toast(t("session.ended"));
  if (state.settings.strangers !== "none") return;
  try {
    sessionStorage.setItem(ENDED, "yes");
  } catch (error) {
    console.info("the browser does not store that a session has ended:", error.message);
  }
}

function takeEnded() {
  try {
    const ended = sessionStorage.getItem(ENDED);
    sessionStorage.removeItem(ENDED);
    return ended;
  } catch (error) {
    console.info("the browser does not store that a session has ended:", error.message);
    return null;
  }
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
