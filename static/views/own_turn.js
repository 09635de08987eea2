// A row at the top for a machine that is held for the user: time left, buttons to take it and to pass it on.
import { exactTime, shortTime, timeLeft } from "../format.js";
import { html, setText } from "../html.js";
import { t } from "../i18n.js";
import { createRow, showAddress, showNote } from "./own_row.js";

export function createTurnRow(vm) {
  const row = createRow(vm, html`
    <button class="button small primary" data-action="take" data-needs-connection data-vm="${vm.id}" aria-label="${t("act.take")}: ${vm.id}">${t("act.take")}</button>
    <button class="button small plain" data-action="pass" data-needs-connection data-vm="${vm.id}" aria-label="${t("act.pass")}: ${vm.id}">${t("act.pass")}</button>`);
  row.node.classList.add("turn");
  row.stateIcon.setAttribute("href", "#i-turn");
  return { node: row.node, update: (updated) => update(row, updated), tick: () => tick(row) };
}

function update(row, vm) {
  row.vm = vm;
  showAddress(row, vm);
  showNote(row, t("state.turn"));
  setText(row.until, t("held_until", { time: shortTime(vm.held_until) }));
  row.until.title = exactTime(vm.held_until);
  tick(row);
}

const tick = (row) => setText(row.timeLeft, timeLeft(row.vm.held_until));
