// The sign on a booked machine that goes out of service when its booking ends.
import { element, html, icon } from "../html.js";

const template = element(html`<span class="going-out" role="img">${icon("maintenance")}</span>`);

/** Show the sign after the name, with `text` for screen readers and the mouse. "" removes it. */
export function showGoingOut(name, text) {
  let sign = name.parentNode.querySelector(".going-out");
  if (!text) return sign?.remove();
  if (!sign) name.after(sign = template.cloneNode(true));
  sign.setAttribute("aria-label", text); // .ariaLabel needs Firefox 119
  sign.title = text;
}
