// The wiring: what is on the page, who draws it, and what a click or key does.
import { bookVm, manage, release, renew, renewBy, signIn } from "./actions.js";
import { t } from "./i18n.js";
import { connect } from "./live.js";
import { setFilter, readAddress } from "./filter.js";
import { state, subscribe } from "./state.js";
import { drawAccount } from "./views/account.js";
import { drawBoard } from "./views/board.js";
import { drawChips } from "./views/chips.js";
import { drawMine } from "./views/mine.js";
import { drawSidebar } from "./views/sidebar.js";
import { copy } from "./views/copy.js";
import { notified, toast } from "./views/toasts.js";

const ACTIONS = { book: bookVm, renew, release, "renew-by": renewBy, copy, "sign-in": signIn, ...manage };
const LOOKING = new Set(["open", "copy", "account", "history"]); // what needs no connection

for (const draw of [drawSidebar, drawChips, drawMine, drawBoard, drawAccount]) draw();
subscribe((what) => what.online && showConnection());
wireSearch();
document.addEventListener("click", clicked);
addEventListener("popstate", readAddress);
readAddress();
connect(notified);

function clicked(event) {
  const target = event.target.closest("[data-act]");
  if (!target) return;
  const { act } = target.dataset;
  if (!state.online && !LOOKING.has(act)) return toast(t("offline.wait"));
  ACTIONS[act](target.dataset, target);
}

function showConnection() {
  document.documentElement.toggleAttribute("data-offline", !state.online);
  document.getElementById("offline").hidden = state.online;
}

function wireSearch() {
  const input = document.getElementById("search");
  input.addEventListener("input", () => setFilter({ text: input.value.trim() }, false));
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { input.value = ""; setFilter({ text: "" }, false); input.blur(); }
  });
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select, dialog");
    if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    input.focus();
    input.select();
  });
}
