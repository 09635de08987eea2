// The tab says how long the most urgent of my bookings lasts yet.
import { endsSoon } from "../filter.js";
import { timeLeft } from "../format.js";
import { myVms, subscribe } from "../state.js";

const icon = document.querySelector('link[rel="icon"]');
const plain = icon.getAttribute("href");

export function drawTitle() {
  show();
  subscribe(({ vms, me }) => (vms || me) && show());
  setInterval(show, 1000);
}

function show() {
  const [vm] = myVms();
  const title = vm ? `${timeLeft(vm.expires_at)} · ${vm.id} · LoadZone` : "LoadZone";
  if (document.title !== title) document.title = title;
  const href = vm && endsSoon(vm) ? plain.replace("favicon", "favicon-soon") : plain;
  if (icon.getAttribute("href") !== href) icon.setAttribute("href", href);
}
