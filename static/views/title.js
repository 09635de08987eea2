// The title and icon of the browser tab: the time left of the user's turn, or of the booking that ends first.
import { endsSoon } from "../filter.js";
import { onAddress } from "../address.js";
import { timeLeft } from "../format.js";
import { t } from "../i18n.js";
import { currentView } from "../router.js";
import { myBookings, myTurns, subscribe } from "../state.js";

const icon = document.querySelector('link[rel="icon"]');
const defaultIcon = icon.getAttribute("href");

export function mountTitle() {
  update();
  onAddress(update);
  addEventListener("popstate", update);
  subscribe(({ vms, me }) => (vms || me) && update());
  setInterval(update, 1000);
}

function update() {
  const [turn] = myTurns(), [vm] = myBookings();
  const title = titleOf(turn, vm);
  if (document.title !== title) document.title = title;
  const urgent = turn ? "favicon-turn" : vm && endsSoon(vm) ? "favicon-soon" : "favicon";
  const href = defaultIcon.replace("favicon", urgent);
  if (icon.getAttribute("href") !== href) icon.setAttribute("href", href);
}

function titleOf(turn, vm) {
  const view = currentView();
  return [
    turn ? t("title.turn", { vm: turn.id, left: timeLeft(turn.held_until) }) : vm && `${timeLeft(vm.expires_at)} · ${vm.id}`,
    view && t(`nav.${view}`),
    "LoadZone",
  ].filter(Boolean).join(" · ");
}
