// A row at the top for one of the user's bookings: time left, buttons to renew (unless others wait) and to release.
import { exactTime, shortTime, timeLeft } from "../format.js";
import { html, setText } from "../html.js";
import { t } from "../i18n.js";
import { othersWaiting, renewalObstacle } from "../queue.js";
import { state } from "../state.js";
import { cardStateOf } from "./card_state.js";
import { createRow, showAddress, showNote } from "./own_row.js";

export function createBookingRow(vm) {
  const hour = Math.min(1, state.settings.max_hours);
  const row = createRow(vm, html`
    <span class="obstacle" hidden></span>
    <button class="button small primary" data-action="renew-by" data-needs-connection data-vm="${vm.id}" data-hours="${hour}"
      aria-label="${t("renew.by", { n: hour })}: ${t("renew.by_of", { n: hour, vm: vm.id })}">${t("renew.by", { n: hour })}</button>
    <button class="button small" data-action="renew" data-needs-connection data-vm="${vm.id}" aria-label="${t("act.renew")} ${vm.id}">${t("act.renew")}</button>
    <button class="button small plain" data-action="release" data-needs-connection data-vm="${vm.id}" aria-label="${t("act.release")} ${vm.id}">${t("act.release")}</button>`);
  const renewButtons = [row.part("[data-action='renew-by']"), row.part("[data-action='renew']")];
  return { node: row.node, update: (updated) => update(row, updated, renewButtons), tick: () => tick(row) };
}

function update(row, vm, renewButtons) {
  row.vm = vm;
  showAddress(row, vm);
  showNote(row, vm.note || (vm.via ? t("via", { via: vm.via }) : vm.description));
  const obstacle = renewalObstacle(vm);
  const waiting = othersWaiting(vm).length;
  const until = t("until", { time: shortTime(vm.expires_at) });
  setText(row.until, waiting && !obstacle ? `${until} · ${t("queue.wait", { n: waiting })}` : until);
  row.until.title = exactTime(vm.expires_at);
  showObstacle(row, obstacle, renewButtons);
  tick(row);
}

/** Show why the booking cannot be renewed, in place of the buttons. */
function showObstacle({ part }, obstacle, renewButtons) {
  const text = part(".obstacle");
  setText(text, obstacle);
  text.hidden = !obstacle;
  for (const button of renewButtons) button.hidden = Boolean(obstacle);
}

function tick(row) {
  setText(row.timeLeft, timeLeft(row.vm.expires_at));
  const cardState = cardStateOf(row.vm);
  if (row.cardState === cardState) return;
  row.cardState = cardState;
  row.node.classList.toggle("soon", cardState === "soon");
  row.stateIcon.setAttribute("href", `#i-${cardState}`);
}
