// Starts the page: mounts its views and routes clicks and keys.
import { awaitedCode } from "./awaited_code.js";
import { showBrowserNotification } from "./browser_notifications.js";
import { t } from "./i18n.js";
import { ignoreStrayClicks } from "./double_click.js";
import { performAction, preloadActions } from "./lazy_actions.js";
import { forgetInvitation, invitedEmail } from "./invited.js";
import { connect } from "./live.js";
import { filter, readUrl, setFilter } from "./filter.js";
import { currentView, follow, goTo, mountRouter } from "./router.js";
import { isClosed, state } from "./state.js";
import { watchClockAndZone } from "./timekeeping.js";
import { mountAccount, toggleView } from "./views/account.js";
import { mountBell } from "./views/bell.js";
import { mountBoard } from "./views/board.js";
import { mountChips } from "./views/chips.js";
import { mountClosedBoard, tellSessionEnd } from "./views/closed_board.js";
import { mountColumnHeaders } from "./views/column_headers.js";
import { mountConnection } from "./views/connection.js";
import { mountMailTrouble } from "./views/mail_trouble.js";
import { mountExactEnd } from "./views/exact_end.js";
import { mountOwnMachines } from "./views/own_machines.js";
import { mountPageLinks } from "./views/page_links.js";
import { mountPrintDate } from "./views/print_date.js";
import { toggleFold } from "./views/section.js";
import { mountSelection, shortcutKey } from "./views/card_selection.js";
import { mountSidebar } from "./views/sidebar.js";
import { mountTitle } from "./views/title.js";
import { moveFocusByArrow } from "./views/arrow_keys.js";
import { copy } from "./views/copy.js";
import { tellZone } from "./letter_zone.js";
import { linkedName } from "./vm_link.js";
import { acceptOffer, receiveNotification, toast } from "./views/toasts.js";

const IMMEDIATE_ACTIONS = { copy, fold: toggleFold, view: toggleView };
// Allowed without a connection
const OFFLINE_ACTIONS = new Set(["open", "copy", "fold", "view", "show-all", "theme", "language", "shortcuts", "account",
  "tokens", "sessions", "notifications"]);

const SEARCHED = new Set(["", "history"]); // the views with text to search; from others a search leads to the board
const search = document.getElementById("search");

const MOUNTS = [mountClosedBoard, mountRouter, mountPageLinks, mountSidebar, mountChips, mountOwnMachines, mountColumnHeaders, mountBoard, mountAccount, mountBell, mountSelection,
  mountConnection, mountMailTrouble, mountExactEnd, mountPrintDate, mountTitle];
for (const mount of MOUNTS) mount();
wireSearch();
ignoreStrayClicks();
document.addEventListener("click", onClick);
document.addEventListener("keydown", onKeydown);
addEventListener("popstate", () => { readUrl(); follow(); followLink(); });
readUrl();
follow();
connect((notification) => {
  receiveNotification(notification);
  showBrowserNotification(notification, (data) => performAction("open", data));
}, tellSessionEnd);
tellZone();
preloadActions();
if (state.me.authenticated) forgetInvitation();
if (isClosed() || (!state.me.authenticated && (awaitedCode()?.open || invitedEmail()))) performAction("sign-in"); // and the link after it
else followLink();
watchClockAndZone();
performance.mark("ready"); // bench/page.py waits for it

function onClick(event) {
  const target = event.target.closest("[data-action]") ?? event.target.closest(".card")?.querySelector(".name");
  if (!target) return;
  const { action } = target.dataset;
  if (!state.online && !OFFLINE_ACTIONS.has(action)) return toast(t("offline.wait"));
  (IMMEDIATE_ACTIONS[action] ?? ((...args) => performAction(action, ...args)))(target.dataset, target);
}

function followLink() {
  if (linkedName() && !currentView()) performAction("open-link");
}

/** Handle the page's shortcuts, except while the user types or a dialog has the focus. */
function onKeydown(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, dialog")) return;
  if (event.key === "?") performAction("shortcuts");
  else if (shortcutKey(event) === "u") acceptOffer();
  else if (event.key === "/") { event.preventDefault(); search.focus(); search.select(); }
  else moveFocusByArrow(event);
}

function wireSearch() {
  search.addEventListener("input", () => {
    const text = search.value.trim();
    if (!SEARCHED.has(currentView())) goTo("", { group: filter.group });
    setFilter({ text }, false);
  });
  search.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { search.value = ""; setFilter({ text: "" }, false); search.blur(); }
  });
}
