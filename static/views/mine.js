// My bookings, on top: how long each still lasts, renewing and releasing one click away.
import { at, exactly, timeLeft } from "../format.js";
import { element, html, setText } from "../html.js";
import { t } from "../i18n.js";
import { myVms, state, subscribe } from "../state.js";
import { lookOf } from "./card.js";

const root = document.getElementById("mine");
const rows = new Map(); // by machine id

export function drawMine() {
  refresh();
  subscribe(({ vms, me }) => (vms || me) && refresh());
  setInterval(() => rows.forEach(tick), 1000);
}

function refresh() {
  const mine = myVms();
  root.hidden = !mine.length;
  for (const [id, row] of rows) if (!mine.some((vm) => vm.id === id)) { row.node.remove(); rows.delete(id); }
  mine.forEach((vm, position) => {
    if (!rows.has(vm.id)) rows.set(vm.id, makeRow(vm));
    const row = rows.get(vm.id);
    update(row, vm);
    if (root.children[position] !== row.node) root.insertBefore(row.node, root.children[position] ?? null);
  });
}

function makeRow(vm) {
  const hour = Math.min(1, state.settings.max_hours);
  const node = element(html`
    <article class="held">
      <svg class="mark icon" aria-hidden="true"><use/></svg>
      <div class="what"><button class="name" data-act="open" data-vm="${vm.id}">${vm.id}</button><span class="sub">
        <button class="ip" data-act="copy"></button><span class="note"></span></span></div>
      <div class="time"><span class="left"></span><span class="until"></span></div>
      <div class="acts">
        <button class="button small primary" data-act="renew-by" data-acts data-vm="${vm.id}" data-hours="${hour}"
          aria-label="${t("renew.by", { n: hour })}: ${t("renew.by_of", { n: hour, vm: vm.id })}">${t("renew.by", { n: hour })}</button>
        <button class="button small" data-act="renew" data-acts data-vm="${vm.id}" aria-label="${t("act.renew")} ${vm.id}">${t("act.renew")}</button>
        <button class="button small plain" data-act="release" data-acts data-vm="${vm.id}" aria-label="${t("act.release")} ${vm.id}">${t("act.release")}</button>
      </div>
    </article>`);
  const part = (selector) => node.querySelector(selector);
  return { node, mark: part("use"), ip: part(".ip"), note: part(".note"), left: part(".left"), until: part(".until") };
}

function update(row, vm) {
  row.vm = vm;
  const address = vm.external_ip || vm.internal_ip || "";
  row.ip.hidden = !address;
  row.ip.dataset.text = address;
  row.ip.title = t("copy.hint", { text: address });
  setText(row.ip, address);
  setText(row.note, vm.note || vm.description);
  row.note.title = row.note.textContent;
  setText(row.until, t("until", { time: at(vm.expires_at) }));
  row.until.title = exactly(vm.expires_at);
  tick(row);
}

function tick(row) {
  setText(row.left, timeLeft(row.vm.expires_at));
  const look = lookOf(row.vm);
  if (row.look === look) return;
  row.look = look;
  row.node.classList.toggle("soon", look === "soon");
  row.mark.setAttribute("href", `#i-${look}`);
}
