// The user's own machines at the top: turns first, then bookings, each with its time and its actions.
import { myBookings, myTurns, subscribe } from "../state.js";
import { createBookingRow } from "./own_booking.js";
import { createTurnRow } from "./own_turn.js";

const root = document.getElementById("own-machines");
const rows = new Map(); // by "turn" or "booking" and machine id

export function mountOwnMachines() {
  updateRows();
  subscribe(({ vms, queues, me, times }) => (vms || queues || me || times) && updateRows());
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

/** Remove the row. If it had the focus, the board gets it. */
function removeRow(node) {
  const focused = node.contains(document.activeElement);
  node.remove();
  if (focused) document.getElementById("board").focus();
}
