// Undoing a deletion: with the button of the message about it, and for ten minutes in the list of notifications.
import { post } from "./api.js";
import { now } from "./clock.js";
import { t } from "./i18n.js";
import { inbox, storeInbox } from "./notification_inbox.js";
import { runOnce } from "./run_action.js";
import { groupById } from "./queue.js";
import { state } from "./state.js";
import { noteOwnAction, toast } from "./views/toasts.js";

const POSSIBLE_FOR_MS = 10 * 60_000; // KEPT_FOR in rules/deletions.py
const MAX_NAMED = 3;

/**
 * Tell the user what they have deleted, and offer to undo it. `target` is {vm_ids} or {group_id}, `facts` are those of
 * the notification that others get.
 */
export function tellDeleted(text, target, facts) {
  const at = now();
  storeInbox([{ at, revision: state.revision, msg: text, seen: true, facts: { by: state.me.email, ...facts }, undo: target }, ...inbox()]);
  toast(text, { action: { label: t("act.undo"), run: () => undo(target, at) }, vmId: subjectOf(target, at) });
}

/** Return whether the user can undo what a notification tells. */
export function canUndo({ at, undo: target }) {
  if (!target || now() - at >= POSSIBLE_FOR_MS) return false;
  return target.group_id === undefined ? !target.vm_ids.every((id) => state.vms.has(id)) : !groupById(target.group_id);
}

/** Undo the deletion that the notification of that time tells. */
export function undoDeletion({ at }) {
  const found = inbox().find((notification) => String(notification.at) === at);
  return found?.undo && undo(found.undo, found.at);
}

function undo(target, at) {
  return runOnce(`undo ${at}`, async () => {
    for (const id of [...(target.vm_ids ?? []), undefined]) noteOwnAction("vm_undeleted", id);
    noteOwnAction("group_undeleted");
    try {
      toast(doneText(await post("/undelete", target)), { vmId: subjectOf(target, at) });
    } catch (error) {
      if (error.code === "not_deleted") forget(at);
      throw error;
    }
    forget(at);
  });
}

/** Return what the messages about a deletion have in common, so that "is back" replaces "was deleted". */
const subjectOf = ({ vm_ids: ids }, at) => (ids?.length === 1 ? ids[0] : `deletion ${at}`);

const forget = (at) => storeInbox(inbox().filter((notification) => notification.at !== at));

function doneText({ vms, group, lost }) {
  const done = group ? t("undo.group", { group: group.name })
    : vms.length === 1 ? t("undo.vm", { vm: vms[0].id }) : t("undo.vms", { n: vms.length });
  if (!lost.length) return done;
  const names = lost.slice(0, MAX_NAMED).map(({ what, email, vm_id: vm, group_id: id }) => t(`undo.${what}`, { where: vm ?? (group ?? groupById(id))?.name, who: email }));
  if (lost.length > MAX_NAMED) names.push(t("bulk.more", { n: lost.length - MAX_NAMED }));
  return t("undo.without", { done, what: names.join(", ") });
}
