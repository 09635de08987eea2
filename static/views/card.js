// One machine as a card: made once, then changed in place.
import { endsSoon } from "../filter.js";
import { at, exactly, partLeft, tickOf, timeLeft } from "../format.js";
import { element, fragment, html, setText } from "../html.js";
import { t } from "../i18n.js";
import { whyNotRenewed } from "../queue.js";
import { state } from "../state.js";
import { likelyAct, lookOf, LOOKS, whoOf, wordOf } from "./card_state.js";
import { showName } from "./vm_name.js";
import { showWaits } from "./queue_badge.js";

const BEHIND = ["taken", "kept", "turn"]; // the time left stands at the end

/** The cards on the board, by their machines' ids. */
export const cards = new Map();

// All machines are there by their names from the start; the rest of a card is made when its turn comes.
const outline = element(html`<li class="card"><div class="row"><button class="name" data-act="open"></button></div></li>`);
const [mark, ip] = fragment(html`
  <svg class="mark" aria-hidden="true"><use/></svg><button class="ip" data-act="copy"></button>`).children;
// Not completed: the browser would note all the checks in its history with every change of the address
const below = fragment(html`
  <div class="row">
    <span class="say"><span class="sr"></span><span class="who"></span><span class="until"></span></span>
    <span class="left"></span><span class="about"></span>
    <button class="act" data-acts></button>
  </div>
  <i class="bar"></i><input class="pick" type="checkbox" tabindex="-1" autocomplete="off">`);

/** The outline of a card: its machine's name. */
export function outlineCard(vm) {
  const node = outline.cloneNode(true);
  const name = node.firstElementChild.firstElementChild;
  name.dataset.vm = vm.id;
  showName(name, vm.id);
  return { node, vm, name, made: false };
}

/** All of the card. */
export function makeCard(card) {
  const { node, name } = card;
  const part = (selector) => node.querySelector(selector);
  name.before(mark.cloneNode(true));
  name.after(ip.cloneNode(true));
  node.append(below.cloneNode(true));
  Object.assign(card, {
    made: true, mark: part(".mark use"), ip: part(".ip"), word: part(".say .sr"), who: part(".who"), until: part(".until"),
    left: part(".left"), act: part(".act"), about: part(".about"), bar: part(".bar"),
  });
  Object.assign(part(".pick"), { ariaLabel: card.vm.id, checked: node.classList.contains("chosen") });
  updateCard(card, card.vm);
}

/** Bring the card up to date with the machine. */
export function updateCard(card, vm) {
  card.vm = vm;
  if (!card.made) return;
  card.name.title = [vm.id, vm.description].filter(Boolean).join("\n");
  const address = vm.external_ip || vm.internal_ip || "";
  card.ip.hidden = !address;
  card.ip.dataset.text = address;
  setText(card.ip, address);
  card.ip.title = address && t("copy.hint", { text: address });
  showWaits(card.name.parentNode, vm.queue?.length, card.name);
  setText(card.about, vm.maintenance || vm.note || vm.description || "");
  card.about.title = card.about.textContent;
  tickCard(card);
}

/** What changes with time alone. */
export function tickCard(card) {
  const { vm } = card;
  const look = lookOf(vm);
  const why = look === "soon" && whyNotRenewed(vm);
  if (card.look !== look || card.shown !== vm || card.reader !== state.me || card.why !== why) {
    Object.assign(card, { look, shown: vm, reader: state.me, why, minute: null });
    showLook(card);
  }
  const end = vm.expires_at ?? vm.held_until;
  if (end) showTime(card, end);
}

function showLook({ vm, look, node, mark, word, who, until, left, act, bar }) {
  node.classList.remove(...LOOKS, "ending");
  node.classList.add(look);
  mark.setAttribute("href", `#i-${look}`);
  bar.hidden = !(vm.expires_at ?? vm.held_until);
  setText(word, wordOf(look));
  setText(who, whoOf(vm, look));
  setText(until, look === "out" ? vm.maintenance ?? "" : "");
  setText(left, "");
  who.title = [whoOf(vm, look, String), vm.maintenance ?? vm.note].filter(Boolean).join("\n");
  until.title = until.textContent;
  showAct(act, vm, likelyAct(vm, look));
}

function showAct(node, vm, likely) {
  node.hidden = !likely;
  node.dataset.act = likely?.act ?? "";
  node.dataset.vm = vm.id;
  setText(node, likely?.text ?? "");
  node.setAttribute("aria-label", likely?.label ?? vm.id);
}

/** The time left, on one's own machines in front, on others' at the end. */
function showTime(card, end) {
  const { vm, look } = card;
  const minute = tickOf(end);
  if (card.minute === minute) return;
  card.minute = minute;
  const ending = endsSoon(vm);
  const left = timeLeft(end, look === "taken");
  setText(BEHIND.includes(look) ? card.left : card.who, left);
  setText(card.until, `→ ${at(end)}`);
  card.until.title = card.left.title = t("until.exactly", { time: exactly(end), left });
  card.node.classList.toggle("ending", ending);
  card.mark.setAttribute("href", `#i-${ending ? "soon" : look}`);
  card.bar.style.setProperty("--left", partLeft(vm).toFixed(3));
}

/** Say that this card changed through somebody else. */
export function flash(card) {
  card.node.classList.remove("flash");
  requestAnimationFrame(() => card.node.classList.add("flash"));
}
