// One of my bookings, on top: how long it still lasts; renewing, where nobody waits, and releasing.
import { at, exactly, timeLeft } from "../format.js";
import { html, setText } from "../html.js";
import { t } from "../i18n.js";
import { othersWaiting, whyNotRenewed } from "../queue.js";
import { state } from "../state.js";
import { lookOf } from "./card_state.js";
import { makeRow, showAddress, showNote } from "./own_row.js";

export function makeBooking(vm) {
  const hour = Math.min(1, state.settings.max_hours);
  const row = makeRow(vm, html`
    <span class="why" hidden></span>
    <button class="button small primary" data-act="renew-by" data-acts data-vm="${vm.id}" data-hours="${hour}"
      aria-label="${t("renew.by", { n: hour })}: ${t("renew.by_of", { n: hour, vm: vm.id })}">${t("renew.by", { n: hour })}</button>
    <button class="button small" data-act="renew" data-acts data-vm="${vm.id}" aria-label="${t("act.renew")} ${vm.id}">${t("act.renew")}</button>
    <button class="button small plain" data-act="release" data-acts data-vm="${vm.id}" aria-label="${t("act.release")} ${vm.id}">${t("act.release")}</button>`);
  const renewing = [row.part("[data-act='renew-by']"), row.part("[data-act='renew']")];
  return { node: row.node, update: (present) => update(row, present, renewing), tick: () => tick(row) };
}

function update(row, vm, renewing) {
  row.vm = vm;
  showAddress(row, vm);
  showNote(row, vm.note || (vm.via ? t("via", { via: vm.via }) : vm.description));
  const why = whyNotRenewed(vm);
  const waiting = othersWaiting(vm).length;
  const until = t("until", { time: at(vm.expires_at) });
  setText(row.until, waiting && !why ? `${until} · ${t("queue.wait", { n: waiting })}` : until);
  row.until.title = exactly(vm.expires_at);
  showWhy(row, why, renewing);
  tick(row);
}

/** What cannot be renewed says why, in the place of the buttons. */
function showWhy({ part }, why, renewing) {
  const said = part(".why");
  setText(said, why);
  said.hidden = !why;
  for (const button of renewing) button.hidden = Boolean(why);
}

function tick(row) {
  setText(row.left, timeLeft(row.vm.expires_at));
  const look = lookOf(row.vm);
  if (row.look === look) return;
  row.look = look;
  row.node.classList.toggle("soon", look === "soon");
  row.mark.setAttribute("href", `#i-${look}`);
}
