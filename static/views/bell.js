// The bell in the top bar, with the number of unread notifications.
import { fill, html, icon } from "../html.js";
import { t } from "../i18n.js";
import { onInboxChange, unreadCount, watchOwnMachines } from "../notification_inbox.js";

export function mountBell() {
  watchOwnMachines();
  onInboxChange(updateBell);
  updateBell();
}

/** Return the markup of the button. */
export const bellButton = () => html`<button class="icon-button bell" data-action="notifications">${icon("bell")}<b aria-hidden="true"></b></button>`;

/** Show the current number of unread notifications. */
export function updateBell() {
  const button = document.querySelector(".bell");
  if (!button) return;
  const n = unreadCount();
  fill(button.querySelector("b"), html`${n > 0 && (n > 9 ? "9+" : n)}`);
  button.title = n ? t("heard.unread", { n }) : t("heard.title");
  button.setAttribute("aria-label", n ? `${t("heard.title")}: ${t("heard.unread", { n })}` : t("heard.title"));
}
