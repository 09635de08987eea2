// What a machine is to the reader, and the one thing that is likely done with it.
import { endsSoon } from "../filter.js";
import { shortName } from "../format.js";
import { t } from "../i18n.js";
import { placeIn, whyNotRenewed } from "../queue.js";
import { isKept, isMine, isMyTurn } from "../state.js";

export const LOOKS = ["free", "mine", "soon", "taken", "kept", "turn", "out"];

const WORDS = { mine: "state.mine", soon: "state.mine", taken: "state.taken" };

/** One of free, mine, soon (mine, and about to end), taken, kept (held for somebody), turn (held for me), out. */
export function lookOf(vm) {
  if (vm.state === "maintenance") return "out";
  if (vm.state === "held") return isMyTurn(vm) ? "turn" : "kept";
  if (!vm.booked_by) return "free";
  if (!isMine(vm)) return "taken";
  return endsSoon(vm) ? "soon" : "mine";
}

/** The likely action: {act, text, label}; null where there is none. */
export function likelyAct(vm, look) {
  if (look === "free") return button("book", vm);
  if (look === "turn") return button("take", vm);
  if (look === "soon" && !whyNotRenewed(vm)) return button("renew", vm);
  if (look === "mine" || look === "soon") return button("release", vm);
  const n = placeIn(vm.queue);
  if (n) return { act: "queue", text: t("queue.place", { n }), label: t("queue.place_at", { n, where: vm.id }) };
  return look === "out" || isKept(vm) ? null : button("queue", vm);
}

/** What the state is called before the holder or the time, for who cannot see the colour. */
export const wordOf = (look) => (WORDS[look] ? t(WORDS[look]) : "");

/** Who has the machine, as short as a card needs it; "" where the time left stands there. */
export function whoOf(vm, look, name = shortName) {
  if (look === "free" || look === "turn") return t(`state.${look}`);
  if (look === "out") return t("state.maintenance");
  if (look === "kept") return heldFor(vm, name);
  if (look !== "taken") return "";
  return vm.via ? t("who.via", { who: name(vm.booked_by), via: vm.via }) : name(vm.booked_by);
}

function heldFor(vm, name) {
  if (isKept(vm)) return t("state.kept_for_you");
  if (!vm.held_for) return t("state.held");
  return t(vm.held_until ? "state.held_for" : "state.kept_for", { who: name(vm.held_for) });
}

const button = (act, vm) => ({ act, text: t(`act.${act}`), label: `${t(`act.${act}`)} ${vm.id}` });
