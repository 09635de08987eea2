// Renders the first cards at once and the others in short slices, so that the page stays responsive.
import { searchText } from "../filter.js";
import { renderCard } from "./card.js";

const FIRST_BATCH = 300;
const SLICE_MS = 8;
const IDLE_TIMEOUT_MS = 100; // a busy browser still renders a slice after this time
const whenIdle = window.requestIdleCallback ?? ((callback) => setTimeout(callback, 16));
const cancelIdle = window.cancelIdleCallback ?? clearTimeout;

let pending = [], started = false, timer;

/** Render these cards in this order. They replace the cards of an earlier call that are not rendered yet. */
export function renderIncrementally(cards) {
  pending = cards.reverse();
  if (started) return renderSlice();
  started = true;
  for (const card of pending.splice(-FIRST_BATCH).reverse()) renderCard(card);
  scheduleSlice();
}

addEventListener("beforeprint", () => renderUntil(Infinity));

function renderSlice() {
  renderUntil(performance.now() + SLICE_MS);
  scheduleSlice();
}

function scheduleSlice() {
  cancelIdle(timer);
  if (pending.length) timer = whenIdle(renderSlice, { timeout: IDLE_TIMEOUT_MS });
}

function renderUntil(deadline) {
  while (pending.length && performance.now() < deadline) {
    const card = pending.pop();
    if (!card.rendered) renderCard(card);
    searchText(card.vm); // computed ahead, so that the first search is fast
  }
}
