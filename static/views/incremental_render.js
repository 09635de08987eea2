// Cards are made as many as fill the screen at once, the others a few at a time, so that nothing waits for them.
import { searchText } from "../filter.js";
import { renderCard } from "./card.js";

const FIRST_BATCH = 300;
const SLICE_MS = 8;
const IDLE_TIMEOUT_MS = 100; // a browser that is never idle gives a slice so often
const whenIdle = window.requestIdleCallback ?? ((callback) => setTimeout(callback, 16));
const cancelIdle = window.cancelIdleCallback ?? clearTimeout;

let pending = [], started = false, timer;

/** Make these cards, in that order; what was still to be made before is forgotten. */
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
    searchText(card.vm); // so that the first letter typed does not wait for it
  }
}
