// The small sign of how many wait: an icon and a number, words for who hears the page.
import { element, html, icon, setText } from "../html.js";
import { t } from "../i18n.js";

const pattern = element(html`
  <span class="waits" hidden>${icon("queue")}<b aria-hidden="true"></b><span class="sr"></span></span>`);

export const makeWaits = () => pattern.cloneNode(true);

export function showWaits(node, n) {
  node.hidden = !n;
  if (!n) return;
  setText(node.querySelector("b"), String(n));
  setText(node.querySelector(".sr"), t("queue.wait", { n }));
  node.title = t("queue.wait", { n });
}
