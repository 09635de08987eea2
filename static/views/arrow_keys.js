// The arrows go from card to card, and stay on the same control of each.

const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export function moveFocusByArrow(event) {
  if (!STEPS[event.key]) return;
  const card = event.target.closest(".card");
  if (!card) return event.target.id === "board" && focusFirstCard(event);
  event.preventDefault();
  const [across, down] = STEPS[event.key];
  const cards = cardsAround(card);
  const next = across ? cards[cards.indexOf(card) + across] : cardInNextRow(cards, card, down);
  if (!next) return;
  const controlClass = [...event.target.classList].find((name) => ["ip", "action"].includes(name)) ?? "name";
  const control = next.querySelector(`.${controlClass}:not([hidden])`) ?? next.querySelector(".name");
  control.focus();
}

/** From the board as a whole, to which the first link of the page leads, to its first machine. */
function focusFirstCard(event) {
  const first = document.querySelector(".section:not([hidden], .folded) .card:not([hidden]) .name");
  if (!first) return;
  event.preventDefault();
  first.focus();
}

/** The cards of its group and of the groups before and after it: measuring far ones would have the browser lay them out. */
function cardsAround(card) {
  const cardsOf = (section) => [...section.querySelectorAll(".card:not([hidden])")];
  const sections = [...document.querySelectorAll(".section:not([hidden], .folded)")].filter((section) => section.querySelector(".card:not([hidden])"));
  const here = sections.indexOf(card.closest(".section"));
  return sections.slice(Math.max(0, here - 1), here + 2).flatMap(cardsOf);
}

/** The card in the next row that stands straight below or above, or nearest to it. */
function cardInNextRow(cards, card, down) {
  const from = card.getBoundingClientRect();
  const rows = cards.map((node) => ({ node, box: node.getBoundingClientRect() }))
    .filter(({ box }) => (down > 0 ? box.top >= from.bottom - 1 : box.bottom <= from.top + 1));
  const edge = down > 0 ? Math.min(...rows.map(({ box }) => box.top)) : Math.max(...rows.map(({ box }) => box.top));
  const row = rows.filter(({ box }) => Math.abs(box.top - edge) < 2);
  row.sort((a, b) => Math.abs(a.box.left - from.left) - Math.abs(b.box.left - from.left));
  return row[0]?.node;
}
