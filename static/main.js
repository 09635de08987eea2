// The wiring: what is on the page, who draws it, and what a click or key does.
import { tellByBrowser } from "./browser_notifications.js";
import { t } from "./i18n.js";
import { dropStrayClicks } from "./double_click.js";
import { loadInTime, perform } from "./lazy_actions.js";
import { connect } from "./live.js";
import { setFilter, readAddress } from "./filter.js";
import { state } from "./state.js";
import { drawAccount, toggleView } from "./views/account.js";
import { drawBell } from "./views/bell.js";
import { drawBoard } from "./views/board.js";
import { drawBulkBar } from "./views/bulk_bar.js";
import { drawChips } from "./views/chips.js";
import { drawColumns } from "./views/column_headers.js";
import { drawConnection } from "./views/connection.js";
import { drawExactEnd } from "./views/exact_end.js";
import { drawMine } from "./views/own_machines.js";
import { fold } from "./views/section.js";
import { drawSelection, keyOf } from "./views/card_selection.js";
import { drawSidebar } from "./views/sidebar.js";
import { drawTitle } from "./views/title.js";
import { moveByArrows } from "./views/arrow_keys.js";
import { copy } from "./views/copy.js";
import { notified, takeOffer, toast } from "./views/toasts.js";

const AT_ONCE = { copy, fold, view: toggleView };
// What needs no connection
const LOOKING = new Set(["open", "copy", "fold", "account", "history", "theme", "language", "keys", "view", "show-all", "tokens", "notices"]);

const search = document.getElementById("search");

for (const draw of [drawSidebar, drawChips, drawMine, drawColumns, drawBoard, drawAccount, drawBell, drawSelection, drawConnection,
  drawBulkBar, drawExactEnd, drawTitle]) draw();
wireSearch();
dropStrayClicks();
document.addEventListener("click", clicked);
document.addEventListener("keydown", pressed);
addEventListener("popstate", readAddress);
readAddress();
connect((notice) => { notified(notice); tellByBrowser(notice, (machine) => perform("open", machine)); });
loadInTime();
performance.mark("ready"); // bench/page.py looks for it

function clicked(event) {
  const target = event.target.closest("[data-act]") ?? event.target.closest(".card")?.querySelector(".name");
  if (!target) return;
  const { act } = target.dataset;
  if (!state.online && !LOOKING.has(act)) return toast(t("offline.wait"));
  (AT_ONCE[act] ?? ((...on) => perform(act, ...on)))(target.dataset, target);
}

/** A key of the page itself: not while something is typed, and not over a dialog. */
function pressed(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, dialog")) return;
  if (event.key === "?") perform("keys");
  else if (keyOf(event) === "u") takeOffer();
  else if (event.key === "/") { event.preventDefault(); search.focus(); search.select(); }
  else moveByArrows(event);
}

function wireSearch() {
  search.addEventListener("input", () => setFilter({ text: search.value.trim() }, false));
  search.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { search.value = ""; setFilter({ text: "" }, false); search.blur(); }
  });
}
