// What is mine, on top: my turns first, then my bookings, each with its time and what can be done at a click.
import { myTurns, myVms, subscribe } from "../state.js";
import { makeBooking } from "./own_booking.js";
import { makeTurn } from "./own_turn.js";

const root = document.getElementById("mine");
const rows = new Map(); // by kind and machine id

export function drawMine() {
  refresh();
  subscribe(({ vms, queues, me }) => (vms || queues || me) && refresh());
  setInterval(() => rows.forEach((row) => row.tick()), 1000);
}

function refresh() {
  const wanted = [
    ...myTurns().map((vm) => ({ key: `turn ${vm.id}`, make: makeTurn, vm })),
    ...myVms().map((vm) => ({ key: `booking ${vm.id}`, make: makeBooking, vm })),
  ];
  root.hidden = !wanted.length;
  for (const [key, { node }] of rows) if (!wanted.some((one) => one.key === key)) { leave(node); rows.delete(key); }
  wanted.forEach(({ key, make, vm }, position) => {
    if (!rows.has(key)) rows.set(key, make(vm));
    const { node, update } = rows.get(key);
    update(vm);
    if (root.children[position] !== node) root.insertBefore(node, root.children[position] ?? null);
  });
}

/** Take the row away; the focus, where it was there, does not go with it. */
function leave(node) {
  const focused = node.contains(document.activeElement);
  node.remove();
  if (focused) document.getElementById("board").focus();
}
