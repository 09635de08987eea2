// Shows the times of pages without the board, such as that behind the link of a letter, in the reader's zone. The server wrote
// them in its own, with the offset, which the tooltip keeps.
import { offsetIfAmbiguous } from "./zone.js";

const { lang } = document.documentElement;
const format = new Intl.DateTimeFormat(lang === "en" ? "en-GB" : lang, {
  day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
});

for (const node of document.querySelectorAll("time")) {
  const date = new Date(node.dateTime);
  node.title = node.textContent;
  node.textContent = format.format(date) + offsetIfAmbiguous(date);
}
