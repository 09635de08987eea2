// The dialogs of a queue, of a machine or a group: join it, change one's request, leave, remove somebody.
import { post } from "../api.js";
import { requestPermission } from "../browser_notifications.js";
import { shortTime } from "../format.js";
import { html, setText } from "../html.js";
import { t } from "../i18n.js";
import { rememberHours } from "../preferences.js";
import { myEntry, ownerName, queueOwner } from "../queue.js";
import { isMine, isMyTurn, state } from "../state.js";
import { toast } from "../views/toasts.js";
import { cardStateOf, holderText } from "../views/card_state.js";
import { openDialog } from "./dialog.js";
import { field } from "./field.js";
import { givenHours, hoursField, wireHours } from "./hours.js";
import { deletionOf, tellMeanwhile } from "./seen.js";
import { requestText, waiterList } from "./waiter_list.js";

export const queueDialog = (vm, defaults) => openQueueDialog({ vm_id: vm.id }, defaults);
export const groupQueueDialog = (group, defaults) => openQueueDialog({ group_id: group.id }, defaults);

/** `ref` is sent to the server; `hours` and `count` are taken over from another dialog. */
function openQueueDialog(ref, { hours, count = 1 } = {}) {
  const entry = myEntry(queueOwner(ref).queue);
  const deleted = ref.group_id === undefined ? () => null : deletionOf(queueOwner(ref));
  let shownQueue, where;
  const dialog = openDialog({
    about: ref,
    title: () => t("queue.title", { where: (where = ownerName(ref) || where) }), // a deleted group has no name
    subtitle: html`<span class="clamped">${queueReason(ref)}</span>`,
    body: html`<div data-waiters></div>
      ${ref.group_id !== undefined && !entry && queueOwner(ref).vm_ids.length > 1 && field("count", t("any.count"), {
        type: "number", value: String(count), min: 1, max: queueOwner(ref).vm_ids.length, inputmode: "numeric" })}
      ${hoursField(t("queue.how_long"), { hours: hours ?? entry?.hours, relative: "hours.later" })}
      <label class="check"><input type="checkbox" name="auto" value="yes" ${entry?.auto && html`checked`}><span>${t("queue.auto")}
        <small>${t("queue.auto_else", { n: state.settings.hold_minutes })}</small></span></label>`,
    label: t(entry ? "act.save" : "queue.join"),
    extraButtons: entry && html`<button type="button" class="button plain" data-action="leave-queue" data-needs-connection data-closes
      ${targetData(ref)}>${t("queue.leave")}</button>`,
    watch: (opened) => {
      const owner = queueOwner(ref);
      const gone = deleted();
      opened.block(...(gone ? [gone] : obstacle(owner, ref) ?? otherPlace(owner, entry, ref)));
      if (owner) tellMeanwhile(opened, changedRequest(owner, entry));
      if (!owner || owner.queue === shownQueue) return;
      shownQueue = owner.queue;
      opened.replacePart("[data-waiters]", waiterList(shownQueue, targetOf(ref)));
    },
    submit: (opened) => join(opened, ref),
  });
  wireHours(dialog);
}

async function join(opened, ref) {
  requestPermission();
  const hours = givenHours(opened);
  rememberHours(hours);
  const count = opened.value("count");
  const { position } = await post("/queue/join", { ...ref, ...(count && { count: Number(count) }), hours, auto: opened.value("auto") === "yes" });
  // Without a position it is the user's turn already, and the server's notification says so
  if (position) toast(t("queue.joined", { n: position, where: ownerName(ref) }));
}

export function removeWaiterDialog(ref, email) {
  openDialog({
    about: ref,
    title: () => t("queue.remove_title", { email }),
    body: html`<p data-what>${t("queue.remove_what", { where: ownerName(ref) })}</p>`,
    label: t("queue.remove"),
    tone: "danger",
    watch: (opened) => {
      if (queueOwner(ref)) setText(opened.part("[data-what]"), t("queue.remove_what", { where: ownerName(ref) }));
      opened.block(queueOwner(ref)?.queue.some((waiter) => waiter.email === email) ? null : t("gone.not_waiting", { email }));
    },
    submit: async () => {
      await post("/queue/leave", { ...ref, email });
      toast(t("queue.removed", { email, where: ownerName(ref) }));
    },
  });
}

/** Return why joining is no longer possible, as arguments of `Dialog.block`; null if it is. */
function obstacle(owner, ref) {
  if (!owner) return [t("gone.deleted", { vm: ref.vm_id })];
  if (!ref.vm_id) return null;
  if (isMine(owner)) return [t("gone.mine", { vm: owner.id })];
  if (owner.state !== "free") return null;
  return [t("gone.free", { vm: owner.id }), html`
    <button type="button" class="button small" data-action="book" data-needs-connection data-closes data-vm="${owner.id}">${t("act.book")}</button>`];
}

/**
 * Return what prevents sending if the user's place is not the one that the dialog was opened for: sending would join
 * again at the end of a queue that was left meanwhile, or change a place that was taken meanwhile.
 */
function otherPlace(owner, entry, ref) {
  const present = myEntry(owner.queue);
  if (present?.since === entry?.since) return [null];
  if (isMyTurn(owner)) return [t("gone.your_turn", { vm: owner.id }), dialogButton("take", ref, t("act.take"))];
  return [t(present ? "gone.in_queue" : "gone.not_in_queue"), 
    dialogButton(ref.vm_id === undefined ? "queue-group" : "queue", ref, t(present ? "queue.change" : "queue.join"))];
}

/** Return a button for another dialog about the same machine or group, in the place of this one. */
const dialogButton = (action, ref, text) => html`
  <button type="button" class="button small" data-action="${action}" data-needs-connection data-closes ${targetData(ref)}>${text}</button>`;

const targetOf = ({ vm_id, group_id }) => (vm_id === undefined ? { group: group_id } : { vm: vm_id });

const targetData = ({ vm_id, group_id }) => (vm_id === undefined ? html`data-group="${group_id}"` : html`data-vm="${vm_id}"`);

/** Return what the user's request is now, if another tab has changed it since the dialog was opened; "" if not. */
function changedRequest(owner, entry) {
  const present = myEntry(owner.queue);
  if (!present || !entry || (present.hours === entry.hours && present.auto === entry.auto)) return "";
  return t("gone.request_changed", { what: requestText(present) });
}

/** Return who has the machine and until when; for a group, that any of its machines will do. */
function queueReason(ref) {
  const owner = queueOwner(ref);
  if (!ref.vm_id) return t("queue.any_of_group");
  const end = owner.expires_at ?? owner.held_until;
  const who = `${owner.booked_by ? `${t("state.taken")} ` : ""}${holderText(owner, cardStateOf(owner), String)}`;
  return [who, end && t("until", { time: shortTime(end) }), owner.maintenance].filter(Boolean).join(" · ");
}
