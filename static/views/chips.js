// The filters beside the search, each with how many machines it would show.
import { filter, isOfKind, KINDS, onFilter, setFilter } from "../filter.js";
import { element, html, setText } from "../html.js";
import { t } from "../i18n.js";
import { state, subscribe } from "../state.js";

const root = document.getElementById("chips");
const search = document.getElementById("search");
const chips = new Map();

export function drawChips() {
  for (const kind of KINDS) {
    const node = element(html`<button class="chip" data-kind="${kind}">${t(`show.${kind}`)} <b></b></button>`);
    chips.set(kind, { node, count: node.querySelector("b") });
    root.append(node);
  }
  root.addEventListener("click", (event) => {
    const kind = event.target.closest("[data-kind]")?.dataset.kind;
    if (kind) setFilter({ kind: kind === filter.kind ? "all" : kind });
  });
  onFilter(mark);
  subscribe(count);
  setInterval(count, 15_000); // what ends soon changes with time alone
  count();
  mark();
}

function count() {
  const counts = Object.fromEntries(KINDS.map((kind) => [kind, 0]));
  for (const vm of state.vms.values()) for (const kind of KINDS) if (isOfKind(vm, kind)) counts[kind] += 1;
  for (const [kind, chip] of chips) setText(chip.count, String(counts[kind]));
  chips.get("mine").node.hidden = !state.me.authenticated;
}

function mark() {
  for (const [kind, { node }] of chips) node.setAttribute("aria-pressed", String(kind === filter.kind));
  if (search.value.trim() !== filter.text) search.value = filter.text;
}
