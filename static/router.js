// Shows what the address names: the board, or a view in its place. A view is loaded when it is first shown, with its
// stylesheet and the texts that the first paint does not need. Its module exports
//   open(room, parameters)  fill the element; the parameters are those of the address, by name, as text
//   change(parameters)      show the same view with other parameters
//   close()                 stop; the element is emptied afterwards
import { addressOfView, onAddress, parametersInAddress, viewInAddress, writeAddress } from "./address.js";
import { readUrl } from "./filter.js";
import { fill, html } from "./html.js";
import { t } from "./i18n.js";
import { loadTexts } from "./sentences.js";
import { loadSheet } from "./sheets.js";
import { isClosed, state, subscribe } from "./state.js";

const LOADERS = {
  usage: () => import("./usage_view.js"),
  history: () => import("./history_view.js"),
};
const room = document.getElementById("view");
const page = document.documentElement;
let shown = "", open = null; // the view and, once it is loaded, its module

/** Return the view that is shown; "" is the board. */
export const currentView = () => (isClosed() ? "" : viewInAddress());

export function mountRouter() {
  onAddress(follow);
  subscribe(({ me }) => me && reopen());
  document.addEventListener("click", onClick);
}

/** Show what the address names now. */
export function follow() {
  const view = currentView();
  if (view === shown) return open?.change(parametersInAddress());
  leave();
  shown = view;
  if (view) page.dataset.page = view;
  else delete page.dataset.page;
  room.hidden = !view;
  if (view) enter(view);
}

/** Load what the view needs, and return its module. */
export async function loadView(view) {
  const [module] = await Promise.all([LOADERS[view](), loadTexts(), loadSheet("later.css"), loadSheet(`${view}.css`)]);
  return module;
}

/** Go to a view, by a new entry of the history. */
export function goTo(view, parameters = {}) {
  followLink(new URL(addressOfView(view, parameters), location.origin));
}

/** Change parameters of the view that is shown. Empty ones go from the address. */
export function setParameters(changes, method = "pushState") {
  const query = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(changes)) value ? query.set(name, value) : query.delete(name);
  writeAddress(query, method);
}

function followLink({ searchParams }) {
  writeAddress(searchParams, "pushState");
  readUrl();
}

/** Another person may see other things. */
function reopen() {
  leave();
  shown = "";
  follow();
}

function leave() {
  open?.close();
  open = null;
  room.replaceChildren();
}

async function enter(view) {
  if (!state.me.authenticated) return showInstead(view, t("page.members"), html`<button class="button primary" data-action="sign-in" data-needs-connection>${t("sign_in")}</button>`);
  room.setAttribute("aria-busy", "true");
  fill(room, heading(view));
  try {
    const module = await loadView(view);
    if (shown !== view || open) return;
    room.removeAttribute("aria-busy");
    const focused = room.contains(document.activeElement);
    open = module;
    open.open(room, parametersInAddress());
    if (focused) focusHeading();
  } catch (error) {
    console.info(`${view} could not be loaded:`, error.message);
    if (shown === view) showInstead(view, t("page.failed"), html`<button class="button" data-reload>${t("page.again")}</button>`);
  }
}

const heading = (view) => html`<header class="page-bar"><h1 tabindex="-1">${t(`nav.${view}`)}</h1></header>`;

function showInstead(view, text, button) {
  room.removeAttribute("aria-busy");
  fill(room, html`${heading(view)}<div class="empty"><p role="status">${text}</p>${button}</div>`);
}

/** Follow links to views without loading the page, except those that are to open elsewhere. */
function onClick(event) {
  if (event.target.closest("[data-reload]")) location.reload(); // the server may have been upgraded, with other files
  const link = event.target.closest("a[data-view-link]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  followLink(new URL(link.href));
  scrollTo(0, 0);
  focusHeading();
}

/** Move the focus to where a reader begins: the heading of a view, or the board. */
function focusHeading() {
  (room.querySelector("h1") ?? document.getElementById("board")).focus({ preventScroll: true });
}
