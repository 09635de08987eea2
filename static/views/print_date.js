// The line on paper that says when the board was printed, and in which time zone its times are.
import { now } from "../clock.js";
import { exactTime } from "../format.js";
import { element, html, setText } from "../html.js";
import { t } from "../i18n.js";

export function mountPrintDate() {
  const line = element(html`<p class="print-date"></p>`);
  document.getElementById("board").prepend(line);
  addEventListener("beforeprint", () => setText(line, t("print.date", { time: exactTime(now()) })));
}
