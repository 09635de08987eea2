// The small sign of how many wait: an icon and a number, words for who hears the page.
import { element, html, icon, setText } from "../html.js";
import { t } from "../i18n.js";

const pattern = element(html`
  <span class="waits">${icon("queue")}<b aria-hidden="true"></b><span class="sr"></span></span>`);

/** Show it in `place`, after `before` if given; where nobody waits there is none. */
export function showWaits(place, n, before = place.lastElementChild) {
  let sign = place.querySelector(".waits");
  if (!n) return sign?.remove();
  if (!sign) before.after(sign = pattern.cloneNode(true));
  setText(sign.querySelector("b"), String(n));
  setText(sign.querySelector(".sr"), t("queue.wait", { n }));
  sign.title = t("queue.wait", { n });
}
