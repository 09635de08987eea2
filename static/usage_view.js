// The usage of machines. See router.js for what a view is.
import { fill, html } from "./html.js";
import { t } from "./i18n.js";

export function open(room) {
  fill(room, html`<header class="page-bar"><h1 tabindex="-1">${t("nav.usage")}</h1></header>`);
}

export function change() {}

export function close() {}
