// The kinds of acts that the history has, as the server names them (docs/history.md).

/** By category, which is a filter of the page. Every kind is in one of them. */
export const CATEGORIES = {
  bookings: ["booked", "auto_booked", "renewed", "released", "expired", "force_released", "silent", "handed_over", "note_changed", "end_set"],
  queues: ["queue_joined", "queue_changed", "queue_left", "queue_silent", "queue_dropped", "queue_removed", "queue_gone", "queue_back",
    "held", "hold_lapsed", "hold_ended", "hold_taken", "waiting_maintenance"],
  machines: ["vm_added", "vm_edited", "vm_renamed", "vm_deleted", "vm_undeleted", "vm_moved", "maintenance_began", "maintenance_ended"],
  groups: ["group_added", "group_renamed", "group_deleted", "group_undeleted"],
  people: ["signed_in", "user_added", "first_admin", "invited", "role_changed", "user_removed", "domain_disallowed", "signed_out",
    "trust_ended", "preferences_changed", "token_made", "token_revoked", "token_expired"],
};

/** Kinds of no category: they are about the history itself. */
export const OF_HISTORY = ["history_began", "history_gap", "data_restored"];

/** The kinds with which a booking begins, and those with which one ends. */
export const BEGINS = new Set(["booked", "auto_booked", "handed_over"]);
export const ENDS = new Set(["released", "expired", "force_released", "silent", "handed_over", "vm_deleted"]);

/** Kinds that say nothing beside the booking that they begin or end. Deleting and handing over also do something else. */
export const ONLY_BOOKING = new Set(["booked", "auto_booked", "released", "expired", "force_released", "silent"]);

/** Return the icon of an act. */
export function iconOf(action) {
  if (action.startsWith("maintenance")) return "maintenance";
  if (action === "held") return "held";
  if (action.startsWith("hold_")) return "turn";
  if (action.startsWith("queue_") || action === "waiting_maintenance") return "queue";
  return CATEGORIES.bookings.includes(action) ? "taken" : "edit";
}
