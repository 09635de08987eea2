// One machine as a card: rendered once, then updated in place.
import { endsSoon } from "../filter.js";
import { exactTime, fractionLeft, shortTime, timeLeft, timeLeftTick } from "../format.js";
import { element, fragment, html, setText } from "../html.js";
import { t } from "../i18n.js";
import { renewalObstacle } from "../queue.js";
import { state } from "../state.js";
import { aboutText, CARD_STATES, cardStateOf, goingOutText, holderText, likelyAction, stateWord } from "./card_state.js";
import { showGoingOut } from "./going_out.js";
import { showVmName } from "./vm_name.js";
import { showQueueBadge } from "./queue_badge.js";

const TIME_AT_THE_END = ["taken", "held", "turn"]; // states that show the time left at the end of the line

/** The cards on the board, by machine id. */
export const cards = new Map();

// At first a card has only the machine's name; the rest is rendered later (incremental_render.js).
const outlineTemplate = element(html`<li class="card"><div class="row"><button class="name" data-action="open"></button></div></li>`);
const [stateIcon, ip] = fragment(html`
  <svg class="state-icon" aria-hidden="true"><use/></svg><button class="ip" data-action="copy"></button>`).children;
// No autocomplete: otherwise the browser stores all checkboxes in its history with every change of the URL
const secondRow = fragment(html`
  <div class="row">
    <span class="summary"><span class="sr-only"></span><span class="who"></span><span class="until"></span></span>
    <span class="time-left"></span><span class="about"></span>
    <button class="action" data-needs-connection></button>
  </div>
  <i class="time-bar"></i><input class="select-box" type="checkbox" tabindex="-1" autocomplete="off">`);

/** Return a card with only the machine's name. */
export function createCard(vm) {
  const node = outlineTemplate.cloneNode(true);
  const name = node.firstElementChild.firstElementChild;
  showVmName(name, vm.id);
  return { node, vm, name, rendered: false };
}

/** Let the card of a renamed machine stay, with the focus that may be on it. */
export function renameCard(was, id) {
  const card = cards.get(was);
  if (!card || cards.has(id)) return;
  cards.delete(was);
  cards.set(id, card);
  showVmName(card.name, id);
  card.node.querySelector(".select-box")?.setAttribute("aria-label", id);
}

/** Render the rest of the card. */
export function renderCard(card) {
  const { node, name } = card;
  const part = (selector) => node.querySelector(selector);
  name.before(stateIcon.cloneNode(true));
  name.after(ip.cloneNode(true));
  node.append(secondRow.cloneNode(true));
  Object.assign(card, {
    rendered: true, stateIcon: part(".state-icon use"), ip: part(".ip"), stateLabel: part(".summary .sr-only"), who: part(".who"), until: part(".until"),
    timeLeft: part(".time-left"), action: part(".action"), about: part(".about"), timeBar: part(".time-bar"),
  });
  const box = part(".select-box");
  box.setAttribute("aria-label", card.vm.id);
  box.checked = node.classList.contains("selected");
  updateCard(card, card.vm);
}

/** Show the machine on the card. */
export function updateCard(card, vm) {
  card.vm = vm;
  if (!card.rendered) return;
  card.name.title = [vm.id, vm.description].filter(Boolean).join("\n");
  const address = vm.external_ip || vm.internal_ip || "";
  card.ip.hidden = !address;
  card.ip.dataset.text = address;
  setText(card.ip, address);
  card.ip.title = address && t("copy.hint", { text: address });
  showQueueBadge(card.name.parentNode, vm.queue?.length, card.name);
  card.node.classList.toggle("goes-out", Boolean(goingOutText(vm)));
  showGoingOut(card.name, goingOutText(vm));
  setText(card.about, aboutText(vm) || vm.description || "");
  card.about.title = card.about.textContent;
  tickCard(card);
}

/** Show the card's times in another time zone. */
export function showTimesAnew(card) {
  card.timeTick = null;
  if (card.rendered) tickCard(card);
}

/** Update what changes as time passes. */
export function tickCard(card) {
  const { vm } = card;
  const cardState = cardStateOf(vm);
  const obstacle = cardState === "soon" && renewalObstacle(vm);
  if (card.cardState !== cardState || card.shownVm !== vm || card.shownTo !== state.me || card.obstacle !== obstacle) {
    Object.assign(card, { cardState, shownVm: vm, shownTo: state.me, obstacle, timeTick: null });
    showState(card);
  }
  const end = vm.expires_at ?? vm.held_until;
  if (end) showTime(card, end);
}

function showState({ vm, cardState, node, stateIcon: icon, stateLabel, who, until, timeLeft: timeLeftNode, action: actionButton, timeBar }) {
  node.classList.remove(...CARD_STATES, "ends-soon");
  node.classList.add(cardState);
  icon.setAttribute("href", `#i-${cardState}`);
  timeBar.hidden = !(vm.expires_at ?? vm.held_until);
  setText(stateLabel, stateWord(cardState));
  setText(who, holderText(vm, cardState));
  setText(until, cardState === "maintenance" ? vm.maintenance ?? "" : "");
  setText(timeLeftNode, "");
  who.title = [holderText(vm, cardState, String), aboutText(vm)].filter(Boolean).join("\n");
  until.title = until.textContent;
  showAction(actionButton, vm, likelyAction(vm, cardState));
}

function showAction(button, vm, action) {
  button.hidden = !action;
  button.dataset.action = action?.action ?? "";
  button.dataset.vm = vm.id;
  setText(button, action?.text ?? "");
  button.setAttribute("aria-label", action?.label ?? vm.id);
}

/** Show the time left: in front on the user's own machines, at the end on others. */
function showTime(card, end) {
  const { vm, cardState } = card;
  const tick = timeLeftTick(end);
  if (card.timeTick === tick) return;
  card.timeTick = tick;
  const soon = endsSoon(vm);
  const left = timeLeft(end, cardState === "taken");
  setText(TIME_AT_THE_END.includes(cardState) ? card.timeLeft : card.who, left);
  setText(card.until, `→ ${shortTime(end)}`);
  card.until.title = card.timeLeft.title = t("until.exactly", { time: exactTime(end), left });
  card.node.classList.toggle("ends-soon", soon);
  card.stateIcon.setAttribute("href", `#i-${soon ? "soon" : cardState}`);
  card.timeBar.style.setProperty("--time-fraction", fractionLeft(vm).toFixed(3));
}

/** Highlight the card for a moment, after its machine has changed. */
export function flash(card) {
  card.node.classList.remove("flash");
  requestAnimationFrame(() => card.node.classList.add("flash"));
}
