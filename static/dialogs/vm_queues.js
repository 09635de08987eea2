// Who waits for a machine, in its panel: its own queue and its group's, each in order, with joining and leaving.
import { html } from "../html.js";
import { t } from "../i18n.js";
import { placeIn } from "../queue.js";
import { groupOf, isMine, isMyTurn, state } from "../state.js";
import { button, waiters } from "./waiter_list.js";

/** Nothing where nobody waits and nobody can: a free machine is booked. */
export function queues(vm) {
  const group = groupOf(vm);
  const own = vm.queue ?? [];
  const joinable = vm.state !== "free" && !isMine(vm) && !isMyTurn(vm);
  return [
    (own.length > 0 || joinable) && part(t("queue.of_machine"), own, { vm: vm.id }, joinable),
    group?.queue.length > 0 && part(t("queue.of_group", { group: group.name }), group.queue, { group: group.id }, true),
  ];
}

function part(title, queue, place, joinable) {
  const n = placeIn(queue);
  const act = place.vm === undefined ? "queue-group" : "queue";
  return html`<section class="waiting"><header><h3>${title}</h3>
      ${n > 0 ? html`<b class="place">${t("queue.your_place", { n })}</b>` : joinable && join(act, place, t("queue.join"))}</header>
    ${n > 0 && html`<div class="choices">${joinable && join(act, place, t("queue.change"))}${button("leave-queue", place, "", t("queue.leave"))}</div>`}
    ${state.me.authenticated && waiters(queue, place)}</section>`;
}

const join = (act, { vm, group }, text) => html`
  <button type="button" class="button small" data-act="${act}" data-acts
    ${vm === undefined ? html`data-group="${group}"` : html`data-vm="${vm}"`}>${text}</button>`;
