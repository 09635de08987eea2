// A machine held for me, on top: how long it still is, taking it and passing it on.
import { at, exactly, timeLeft } from "../format.js";
import { html, setText } from "../html.js";
import { t } from "../i18n.js";
import { makeRow, showAddress, showNote } from "./own_row.js";

export function makeTurn(vm) {
  const row = makeRow(vm, html`
    <button class="button small primary" data-act="take" data-acts data-vm="${vm.id}" aria-label="${t("act.take")}: ${vm.id}">${t("act.take")}</button>
    <button class="button small plain" data-act="pass" data-acts data-vm="${vm.id}" aria-label="${t("act.pass")}: ${vm.id}">${t("act.pass")}</button>`);
  row.node.classList.add("turn");
  row.mark.setAttribute("href", "#i-turn");
  return { node: row.node, update: (present) => update(row, present), tick: () => tick(row) };
}

function update(row, vm) {
  row.vm = vm;
  showAddress(row, vm);
  showNote(row, t("state.turn"));
  setText(row.until, t("held_until", { time: at(vm.held_until) }));
  row.until.title = exactly(vm.held_until);
  tick(row);
}

const tick = (row) => setText(row.left, timeLeft(row.vm.held_until));
