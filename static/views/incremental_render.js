// Cards are made as many as fill the screen at once, the others a few at a time, so that nothing waits for them.
import { searchable } from "../filter.js";
import { makeCard } from "./card.js";

const AT_ONCE = 300;
const SLICE = 8; // milliseconds
const LATEST = 100; // milliseconds; a browser that is never idle gives a slice so often
const whenIdle = window.requestIdleCallback ?? ((then) => setTimeout(then, 16));
const never = window.cancelIdleCallback ?? clearTimeout;

let waiting = [], begun = false, timer;

/** Make these cards, in that order; what was still to be made before is forgotten. */
export function makeInTime(cards) {
  waiting = cards.reverse();
  if (begun) return makeSome();
  begun = true;
  for (const card of waiting.splice(-AT_ONCE).reverse()) makeCard(card);
  plan();
}

addEventListener("beforeprint", () => makeUntil(Infinity));

function makeSome() {
  makeUntil(performance.now() + SLICE);
  plan();
}

function plan() {
  never(timer);
  if (waiting.length) timer = whenIdle(makeSome, { timeout: LATEST });
}

function makeUntil(time) {
  while (waiting.length && performance.now() < time) {
    const card = waiting.pop();
    if (!card.made) makeCard(card);
    searchable(card.vm); // so that the first letter typed does not wait for it
  }
}
