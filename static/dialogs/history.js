// The user's history, latest first.
import { dayAndTime, exactTime } from "../format.js";
import { html } from "../html.js";
import { t } from "../i18n.js";
import { openDialog } from "./dialog.js";
import { load, loadedPart } from "./loaded_part.js";

const KNOWN_ACTIONS = new Set(["book", "renew", "cancel", "release", "hand_over", "receive"]);
const PREPOSITIONS = { hand_over: "to", receive: "from" };

export async function historyDialog() {
  const dialog = openDialog({
    title: t("history.title"),
    subtitle: t("history.kept"),
    wide: true,
    body: loadedPart,
  });
  await load(dialog, "/me", ({ bookings = [] }) => (bookings.length ? rows(bookings.reverse()) : html`<p class="muted">${t("history.none")}</p>`));
}

function rows(bookings) {
  return html`<ul class="rows history">${bookings.map((entry) => html`
    <li><span class="history-action">${KNOWN_ACTIONS.has(entry.action) ? t(`history.${entry.action}`) : entry.action}</span>
      <span class="row-title">${entry.vm_id}${entry.person && html`<small>${t(`history.${PREPOSITIONS[entry.action] ?? "by"}`, { who: entry.person })}</small>`}</span>
      <span title="${entry.start && exactTime(entry.start)}">${entry.start && dayAndTime(entry.start)}${hasEnd(entry) && ` → ${dayAndTime(entry.end)}`}</span></li>`)}</ul>`;
}

const hasEnd = (entry) => entry.end && ["book", "renew", "receive"].includes(entry.action);
