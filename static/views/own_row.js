// The parts that turns and bookings at the top share: machine, address, note and time.
import { element, html, setText } from "../html.js";
import { t } from "../i18n.js";
import { showVmName } from "./vm_name.js";

/** Return the row's node and its parts. `buttons`: the markup of its buttons. */
export function createRow(vm, buttons) {
  const node = element(html`
    <article class="own-booking">
      <svg class="state-icon icon" aria-hidden="true"><use/></svg>
      <div class="vm"><button class="name" data-action="open" data-vm="${vm.id}" title="${vm.id}"></button><span class="address-and-note">
        <button class="ip" data-action="copy"></button><span class="note"></span></span></div>
      <div class="time"><span class="time-left"></span><span class="until"></span></div>
      <div class="actions">${buttons}</div>
    </article>`);
  const part = (selector) => node.querySelector(selector);
  showVmName(part(".name"), vm.id);
  return { node, part, stateIcon: part("use"), ip: part(".ip"), note: part(".note"), timeLeft: part(".time-left"), until: part(".until") };
}

export function showAddress({ ip }, vm) {
  const address = vm.external_ip || vm.internal_ip || "";
  ip.hidden = !address;
  ip.dataset.text = address;
  ip.title = t("copy.hint", { text: address });
  setText(ip, address);
}

export function showNote({ note }, text) {
  setText(note, text);
  note.title = text;
}
