// Any free machine of a group, or several at once: all or none.
import { actOnMany } from "../api.js";
import { at, now } from "../format.js";
import { html, setText } from "../html.js";
import { t } from "../i18n.js";
import { rememberHours } from "../preferences.js";
import { groupBy } from "../queue.js";
import { isKept, state } from "../state.js";
import { did, toast } from "../views/toasts.js";
import { openDialog } from "./dialog.js";
import { field } from "./field.js";
import { chosenHours, hoursField, isRepeatable, wireHours } from "./hours.js";

export function anyDialog(group) {
  const dialog = openDialog({
    title: t("any.title", { group: group.name }),
    body: html`
      ${hoursField(t("hours.how_long"))}
      <div class="field narrow">${field("count", t("any.count"), { type: "number", value: "1", min: 1, max: group.vm_ids.length, inputmode: "numeric" })}
        <span class="hint" data-fitting aria-live="polite"></span></div>
      ${tagChoices(group)}
      ${field("note", t("book.what_for"), { maxlength: 200, placeholder: t("book.what_for_hint") })}
      <div data-offer hidden><button type="button" class="button small" data-act="queue-group" data-acts data-closes
        data-group="${group.id}">${t("any.wait")}</button></div>`,
    label: t("book.submit"),
    watch: (opened) => {
      opened.block(groupBy(group.id) ? null : t("gone.group", { group: group.name }));
      showFitting(opened, group);
    },
    submit: (opened) => book(opened, group),
  });
  wireHours(dialog, now);
  dialog.form.addEventListener("change", () => showFitting(dialog, group));
}

async function book(opened, group) {
  const hours = chosenHours(opened, now);
  const count = Number(opened.value("count") || NaN);
  if (isRepeatable(opened)) rememberHours(hours);
  try {
    const wishes = { count, hours, tags: opened.values("tags"), note: opened.value("note") };
    const vms = await actOnMany("/book", { group_id: group.id, ...wishes });
    for (const vm of vms) did("booked", vm.id);
    toast(t("any.done", { n: vms.length, vms: vms.map((vm) => vm.id).join(", "), time: at(vms[0].expires_at) }));
  } catch (error) {
    if (error.code === "not_enough_free") offerQueue(opened, hours, count);
    throw error;
  }
}

function offerQueue(opened, hours, count) {
  const offer = opened.part("[data-offer]");
  Object.assign(offer.firstElementChild.dataset, { hours, count });
  offer.hidden = false;
  setTimeout(() => offer.scrollIntoView({ block: "nearest" })); // once the error stands below it
}

/** How many are free now that have all the tags chosen. */
function showFitting(dialog, group) {
  const wanted = dialog.values("tags");
  const free = machines(group).filter((vm) => (vm.state === "free" || isKept(vm)) && wanted.every((tag) => hasTag(vm, tag)));
  setText(dialog.part("[data-fitting]"), t("any.fitting", { n: free.length }));
}

function tagChoices(group) {
  const tags = new Map(machines(group).flatMap((vm) => vm.tags ?? []).map((tag) => [tag.toLowerCase(), tag]));
  return tags.size > 0 && html`<fieldset class="field"><legend class="label">${t("any.tags")}</legend>
    <div class="hours tags">${[...tags.values()].sort().map((tag) => html`
      <label><input type="checkbox" name="tags" value="${tag}"><span>${tag}</span></label>`)}</div></fieldset>`;
}

const machines = (group) => (groupBy(group.id)?.vm_ids ?? []).map((id) => state.vms.get(id)).filter(Boolean);

const hasTag = (vm, tag) => (vm.tags ?? []).some((one) => one.toLowerCase() === tag.toLowerCase());
