// The badge with the number of people in a queue, with words for screen readers.
import { element, html, icon, setText } from "../html.js";
import { t } from "../i18n.js";

const template = element(html`
  <span class="queue-badge">${icon("queue")}<b aria-hidden="true"></b><span class="sr-only"></span></span>`);

/** Show the badge in `parent`, after the child `before`. Removes it if nobody waits. */
export function showQueueBadge(parent, n, before = parent.lastElementChild) {
  let badge = parent.querySelector(".queue-badge");
  if (!n) return badge?.remove();
  if (!badge) before.after(badge = template.cloneNode(true));
  setText(badge.querySelector("b"), String(n));
  setText(badge.querySelector(".sr-only"), t("queue.wait", { n }));
  badge.title = t("queue.wait", { n });
}
