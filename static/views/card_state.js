// The state of a machine for the user, its texts and its most likely action.
import { endsSoon } from "../filter.js";
import { shortName } from "../format.js";
import { t } from "../i18n.js";
import { positionIn, renewalObstacle } from "../queue.js";
import { isHeldForMe, isMine, isMyTurn } from "../state.js";

export const CARD_STATES = ["free", "mine", "soon", "taken", "held", "turn", "maintenance"];

const STATE_WORDS = { mine: "state.mine", soon: "state.mine", taken: "state.taken" };

/** Return one of CARD_STATES. soon: the user's own and about to end; turn: held for the user to take; maintenance: out of service. */
export function cardStateOf(vm) {
  if (vm.state === "maintenance") return "maintenance";
  if (vm.state === "held") return isMyTurn(vm) ? "turn" : "held";
  if (!vm.booked_by) return "free";
  if (!isMine(vm)) return "taken";
  return endsSoon(vm) ? "soon" : "mine";
}

/** Return the most likely action as {action, text, label}, or null. */
export function likelyAction(vm, cardState) {
  if (cardState === "free") return actionButton("book", vm);
  if (cardState === "turn") return actionButton("take", vm);
  if (cardState === "soon" && !renewalObstacle(vm)) return actionButton("renew", vm);
  if (cardState === "mine" || cardState === "soon") return actionButton("release", vm);
  const n = positionIn(vm.queue);
  if (n) return { action: "queue", text: t("queue.place", { n }), label: t("queue.place_at", { n, where: vm.id }) };
  return cardState === "maintenance" || isHeldForMe(vm) ? null : actionButton("queue", vm);
}

/** Return the state as a word for screen readers, which stands before the holder or the time; "" if the text says it. */
export const stateWord = (cardState) => (STATE_WORDS[cardState] ? t(STATE_WORDS[cardState]) : "");

/** Return the text that says who has the machine; "" where the card shows the time left instead. */
export function holderText(vm, cardState, name = shortName) {
  if (cardState === "free" || cardState === "turn") return t(`state.${cardState}`);
  if (cardState === "maintenance") return t("state.maintenance");
  if (cardState === "held") return heldForText(vm, name);
  if (cardState !== "taken") return "";
  return vm.via ? t("who.via", { who: name(vm.booked_by), via: vm.via }) : name(vm.booked_by);
}

/** Return that a booked machine goes out of service when its booking ends; "" if it does not. */
export const goingOutText = (vm) => (vm.booked_by && vm.maintenance ? t("state.maintenance_next", { reason: vm.maintenance }) : "");

/** Return why it is, or will be, out of service, or else the note of its booking. */
export const aboutText = (vm) => goingOutText(vm) || vm.maintenance || vm.note;

function heldForText(vm, name) {
  if (isHeldForMe(vm)) return t("state.kept_for_you");
  if (!vm.held_for) return t("state.held");
  return t(vm.held_until ? "state.held_for" : "state.kept_for", { who: name(vm.held_for) });
}

const actionButton = (action, vm) => ({ action, text: t(`act.${action}`), label: `${t(`act.${action}`)} ${vm.id}` });
