// Arrow keys move the focus from card to card, to the same control of each.
import { currentView } from "../router.js";

const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export function moveFocusByArrow(event) {
  if (!STEPS[event.key]) return;
  const card = event.target.closest(".card");
  if (!card) return event.target.id === "board" && !currentView() && focusFirstCard(event);
  event.preventDefault();
  const [across, down] = STEPS[event.key];
  const cards = cardsAround(card);
  const next = across ? cards[cards.indexOf(card) + across] : cardInNextRow(cards, card, down);
  if (!next) return;
  const controlClass = [...event.target.classList].find((name) => ["ip", "action"].includes(name)) ?? "name";
  const control = next.querySelector(`.${controlClass}:not([hidden])`) ?? next.querySelector(".name");
  control.focus();
}

/** Move the focus from the board, where the skip link leads, to its first machine. */
function focusFirstCard(event) {
  const first = document.querySelector(".section:not([hidden], .folded) .card:not([hidden]) .name");
  if (!first) return;
  event.preventDefault();
  first.focus();
}

/** Return the cards of the group and of its neighbours. Measuring more cards would make the browser lay them all out. */
function cardsAround(card) {
  const cardsOf = (section) => [...section.querySelectorAll(".card:not([hidden])")];
  const sections = [...document.querySelectorAll(".section:not([hidden], .folded)")].filter((section) => section.querySelector(".card:not([hidden])"));
  const here = sections.indexOf(card.closest(".section"));
  return sections.slice(Math.max(0, here - 1), here + 2).flatMap(cardsOf);
}

/** Return the card in the next row, above or below, that is nearest to being straight above or below. */
function cardInNextRow(cards, card, down) {
  const from = card.getBoundingClientRect();
  const rows = cards.map((node) => ({ node, box: node.getBoundingClientRect() }))
    .filter(({ box }) => (down > 0 ? box.top >= from.bottom - 1 : box.bottom <= from.top + 1));
  const edge = down > 0 ? Math.min(...rows.map(({ box }) => box.top)) : Math.max(...rows.map(({ box }) => box.top));
  const row = rows.filter(({ box }) => Math.abs(box.top - edge) < 2);
  row.sort((a, b) => Math.abs(a.box.left - from.left) - Math.abs(b.box.left - from.left));
  return row[0]?.node;
}
