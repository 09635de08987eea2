// The dialog that books any free machines of a group: as many as asked for, or none.
import { postForVms } from "../api.js";
import { now } from "../clock.js";
import { shortTime } from "../format.js";
import { html, setText } from "../html.js";
import { t } from "../i18n.js";
import { nameKey } from "../names.js";
import { groupById } from "../queue.js";
import { isHeldForMe, isMine, state } from "../state.js";
import { noteOwnAction, toast } from "../views/toasts.js";
import { openDialog } from "./dialog.js";
import { field } from "./field.js";
import { forWhom, forWhomField, suggestForWhom } from "./person_field.js";
import { chosenHours, givenEnd, hoursField, wireHours } from "./hours.js";
import { bookWithinLimit } from "./over_limit.js";
import { deletionOf } from "./seen.js";

export function bookAnyDialog(group) {
  const obstacle = deletionOf(group);
  const dialog = openDialog({
    title: t("any.title", { group: group.name }),
    body: html`
      ${hoursField(t("hours.how_long"))}
      <div class="field count-field">${field("count", t("any.count"), { type: "number", value: "1", min: 1, max: group.vm_ids.length, inputmode: "numeric" })}
        <span class="hint" data-matching aria-live="polite"></span></div>
      ${tagChoices(group)}
      ${field("note", t("book.what_for"), { maxlength: 200, placeholder: t("book.what_for_hint") })}
      ${forWhomField()}
      <div data-offer hidden><button type="button" class="button small" data-action="queue-group" data-needs-connection data-closes
        data-group="${group.id}">${t("any.wait")}</button></div>`,
    label: t("book.submit"),
    watch: (opened) => {
      opened.block(obstacle());
      showMatching(opened, group);
    },
    submit: (opened) => book(opened, group),
  });
  wireHours(dialog, now);
  suggestForWhom(dialog);
  dialog.form.addEventListener("change", () => showMatching(dialog, group));
}

async function book(dialog, group) {
  const end = givenEnd(dialog, now);
  const count = Number(dialog.value("count") || NaN);
  try {
    const request = { count, ...end, tags: dialog.values("tags"), note: dialog.value("note"), ...forWhom(dialog) };
    const vms = await bookWithinLimit(dialog, (force) => postForVms("/book", { group_id: group.id, ...request, ...force }));
    for (const vm of vms) noteOwnAction("booked", vm.id);
    toast(t(isMine(vms[0]) ? "any.done" : "any.done_for", { n: vms.length, who: vms[0].booked_by, vms: vms.map((vm) => vm.id).join(", "), time: shortTime(vms[0].expires_at) }));
  } catch (error) {
    if (error.code === "not_enough_free") offerQueue(dialog, chosenHours(dialog, now), count);
    throw error;
  }
}

function offerQueue(dialog, hours, count) {
  const offer = dialog.part("[data-offer]");
  Object.assign(offer.firstElementChild.dataset, { hours, count });
  offer.hidden = false;
  setTimeout(() => offer.scrollIntoView({ block: "nearest" })); // after the error below it is shown
}

/** Show how many free machines have all chosen tags. */
function showMatching(dialog, group) {
  const wantedTags = dialog.values("tags");
  const free = vmsOf(group).filter((vm) => (vm.state === "free" || isHeldForMe(vm)) && wantedTags.every((tag) => hasTag(vm, tag)));
  setText(dialog.part("[data-matching]"), t("any.fitting", { n: free.length }));
}

function tagChoices(group) {
  const tags = new Map(vmsOf(group).flatMap((vm) => vm.tags ?? []).map((tag) => [nameKey(tag), tag]));
  return tags.size > 0 && html`<fieldset class="field"><legend class="label">${t("any.tags")}</legend>
    <div class="quick-choices tags">${[...tags.values()].sort().map((tag) => html`
      <label><input type="checkbox" name="tags" value="${tag}"><span>${tag}</span></label>`)}</div></fieldset>`;
}

const vmsOf = (group) => (groupById(group.id)?.vm_ids ?? []).map((id) => state.vms.get(id)).filter(Boolean);

const hasTag = (vm, tag) => (vm.tags ?? []).some((own) => nameKey(own) === nameKey(tag));
