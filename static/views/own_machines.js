// What is mine, on top: my turns first, then my bookings, each with its time and what can be done at a click.
import { myBookings, myTurns, subscribe } from "../state.js";
import { createBookingRow } from "./own_booking.js";
import { createTurnRow } from "./own_turn.js";

const root = document.getElementById("own-machines");
const rows = new Map(); // by kind and machine id

export function mountOwnMachines() {
  updateRows();
  subscribe(({ vms, queues, me }) => (vms || queues || me) && updateRows());
  setInterval(() => rows.forEach((row) => row.tick()), 1000);
}

function updateRows() {
  const wanted = [
    ...myTurns().map((vm) => ({ key: `turn ${vm.id}`, create: createTurnRow, vm })),
    ...myBookings().map((vm) => ({ key: `booking ${vm.id}`, create: createBookingRow, vm })),
  ];
  root.hidden = !wanted.length;
  for (const [key, { node }] of rows) if (!wanted.some((row) => row.key === key)) { removeRow(node); rows.delete(key); }
  wanted.forEach(({ key, create, vm }, index) => {
    if (!rows.has(key)) rows.set(key, create(vm));
    const { node, update } = rows.get(key);
    update(vm);
    if (root.children[index] !== node) root.insertBefore(node, root.children[index] ?? null);
  });
}

/** Take the row away; the focus, where it was there, does not go with it. */
function removeRow(node) {
  const focused = node.contains(document.activeElement);
  node.remove();
  if (focused) document.getElementById("board").focus();
}
