// The status filters beside the search, each with the number of machines that it shows.
import { filter, hasStatus, onFilter, setFilter, STATUSES } from "../filter.js";
import { element, html, setText } from "../html.js";
import { t } from "../i18n.js";
import { state, subscribe } from "../state.js";

const root = document.getElementById("chips");
const search = document.getElementById("search");
const chips = new Map();

export function mountChips() {
  for (const status of STATUSES) {
    const node = element(html`<button class="chip" data-status="${status}">${t(`show.${status}`)} <b></b></button>`);
    chips.set(status, { node, count: node.querySelector("b") });
    root.append(node);
  }
  root.addEventListener("click", (event) => {
    const status = event.target.closest("[data-status]")?.dataset.status;
    if (status) setFilter({ status: status === filter.status ? "all" : status });
  });
  onFilter(markActive);
  subscribe(count);
  setInterval(count, 15_000); // as time passes, more bookings end soon
  count();
  markActive();
}

function count() {
  const counts = Object.fromEntries(STATUSES.map((status) => [status, 0]));
  for (const vm of state.vms.values()) for (const status of STATUSES) if (hasStatus(vm, status)) counts[status] += 1;
  for (const [status, chip] of chips) setText(chip.count, String(counts[status]));
  chips.get("mine").node.hidden = !state.me.authenticated;
}

function markActive() {
  for (const [status, { node }] of chips) node.setAttribute("aria-pressed", String(status === filter.status));
  if (search.value.trim() !== filter.text) search.value = filter.text;
}
