// The bell in the bar: how many notifications of mine I have not seen yet.
import { fill, html, icon } from "../html.js";
import { t } from "../i18n.js";
import { listen, onHeard, unread } from "../notification_inbox.js";

export function drawBell() {
  listen();
  onHeard(show);
  show();
}

/** The button's markup, for the bar. */
export const bell = () => html`<button class="icon-button bell" data-act="notices">${icon("bell")}<b aria-hidden="true"></b></button>`;

/** Bring the count up to date. */
export function show() {
  const button = document.querySelector(".bell");
  if (!button) return;
  const n = unread();
  fill(button.querySelector("b"), html`${n > 0 && (n > 9 ? "9+" : n)}`);
  button.title = n ? t("heard.unread", { n }) : t("heard.title");
  button.setAttribute("aria-label", n ? `${t("heard.title")}: ${t("heard.unread", { n })}` : t("heard.title"));
}
