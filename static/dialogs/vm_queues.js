// The queues in the machine's dialog: its own and its group's, with buttons to join and leave.
import { html } from "../html.js";
import { t } from "../i18n.js";
import { positionIn } from "../queue.js";
import { groupOf, isMine, isMyTurn, state } from "../state.js";
import { queueButton, waiterList } from "./waiter_list.js";

/** Return the queues to show. The machine's own is left out if it is empty and cannot be joined, as with a free machine. */
export function queueSections(vm) {
  const group = groupOf(vm);
  const own = vm.queue ?? [];
  const joinable = vm.state !== "free" && !isMine(vm) && !isMyTurn(vm);
  return [
    (own.length > 0 || joinable) && queueSection(t("queue.of_machine"), own, { vm: vm.id }, joinable),
    group?.queue.length > 0 && queueSection(t("queue.of_group", { group: group.name }), group.queue, { group: group.id }, true),
  ];
}

function queueSection(title, queue, target, joinable) {
  const position = positionIn(queue);
  const action = target.vm === undefined ? "queue-group" : "queue";
  return html`<section class="queue-section"><header><h3>${title}</h3>
      ${position > 0 ? html`<b class="position">${t("queue.your_place", { n: position })}</b>` : joinable && joinButton(action, target, t("queue.join"))}</header>
    ${position > 0 && html`<div class="button-row">${joinable && joinButton(action, target, t("queue.change"))}${queueButton("leave-queue", target, "", t("queue.leave"))}</div>`}
    ${state.me.authenticated && waiterList(queue, target)}</section>`;
}

const joinButton = (action, { vm, group }, text) => html`
  <button type="button" class="button small" data-action="${action}" data-needs-connection
    ${vm === undefined ? html`data-group="${group}"` : html`data-vm="${vm}"`}>${text}</button>`;
