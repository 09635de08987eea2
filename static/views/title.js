// The tab says how long my turn lasts yet, or else the most urgent of my bookings.
import { endsSoon } from "../filter.js";
import { timeLeft } from "../format.js";
import { t } from "../i18n.js";
import { myTurns, myVms, subscribe } from "../state.js";

const icon = document.querySelector('link[rel="icon"]');
const plain = icon.getAttribute("href");

export function drawTitle() {
  show();
  subscribe(({ vms, me }) => (vms || me) && show());
  setInterval(show, 1000);
}

function show() {
  const [turn] = myTurns(), [vm] = myVms();
  const title = titleOf(turn, vm);
  if (document.title !== title) document.title = title;
  const urgent = turn ? "favicon-turn" : vm && endsSoon(vm) ? "favicon-soon" : "favicon";
  const href = plain.replace("favicon", urgent);
  if (icon.getAttribute("href") !== href) icon.setAttribute("href", href);
}

function titleOf(turn, vm) {
  if (turn) return `${t("title.turn", { vm: turn.id, left: timeLeft(turn.held_until) })} · LoadZone`;
  return vm ? `${timeLeft(vm.expires_at)} · ${vm.id} · LoadZone` : "LoadZone";
}
