// The links to the board and to the views beside it: above the groups, on a phone at the foot.
import { addressOfView, onAddress, VIEWS } from "../address.js";
import { filter, onFilter } from "../filter.js";
import { element, html, icon } from "../html.js";
import { t } from "../i18n.js";
import { currentView } from "../router.js";
import { state, subscribe } from "../state.js";

const ICONS = { "": "cards", usage: "usage", history: "history" };
const root = document.getElementById("pages");
const links = new Map();

export function mountPageLinks() {
  for (const view of ["", ...VIEWS]) {
    const link = element(html`<a class="page-link" data-view-link>${icon(ICONS[view])}<span>${t(`nav.${view || "board"}`)}</span></a>`);
    links.set(view, link);
    root.append(link);
  }
  for (const listenTo of [onAddress, onFilter]) listenTo(showLinks);
  subscribe(({ me }) => me && showLinks());
  addEventListener("popstate", showLinks);
  showLinks();
}

/** The group stays chosen from one to the other. */
function showLinks() {
  root.hidden = !state.me.authenticated; // the board is all that strangers see
  for (const [view, link] of links) {
    link.href = addressOfView(view, { group: filter.group });
    if (view === currentView()) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}
