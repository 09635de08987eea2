// One machine as a card: made once, then changed in place.
import { endsSoon } from "../filter.js";
import { at, exactly, partLeft, shortName, timeLeft } from "../format.js";
import { element, html, setText } from "../html.js";
import { t } from "../i18n.js";
import { isMine, state } from "../state.js";

const pattern = element(html`
  <li class="card">
    <div class="row">
      <svg class="mark" aria-hidden="true"><use/></svg>
      <button class="name" data-act="open"></button>
      <button class="ip" data-act="copy"></button>
    </div>
    <div class="row">
      <span class="who"></span><span class="until"></span>
      <button class="act" data-acts></button>
    </div>
    <i class="bar"></i>
  </li>`);

/** A machine's look: one of free, mine, soon (mine, and about to end), taken. */
export function lookOf(vm) {
  if (!vm.booked_by) return "free";
  if (!isMine(vm)) return "taken";
  return endsSoon(vm) ? "soon" : "mine";
}

export function makeCard(vm) {
  const node = pattern.cloneNode(true);
  const part = (selector) => node.querySelector(selector);
  const card = {
    node, mark: part("use"), name: part(".name"), ip: part(".ip"),
    who: part(".who"), until: part(".until"), act: part(".act"), bar: part(".bar"),
  };
  updateCard(card, vm);
  return card;
}

/** Bring the card up to date with the machine. */
export function updateCard(card, vm) {
  card.vm = vm;
  setText(card.name, vm.id);
  card.name.dataset.vm = vm.id;
  card.name.title = [vm.id, vm.description].filter(Boolean).join("\n");
  const address = vm.external_ip || vm.internal_ip || "";
  card.ip.hidden = !address;
  card.ip.dataset.text = address;
  setText(card.ip, address);
  if (address) card.ip.title = t("copy.hint", { text: address });
  tickCard(card);
}

/** What changes with time alone. */
export function tickCard(card) {
  const { vm } = card;
  const look = lookOf(vm);
  if (card.look !== look || card.shown !== vm || card.reader !== state.me) {
    Object.assign(card, { look, shown: vm, reader: state.me });
    card.node.classList.remove("free", "mine", "soon", "taken");
    card.node.classList.add(look);
    card.mark.setAttribute("href", `#i-${look}`);
    card.bar.hidden = look === "free";
    card.act.hidden = look === "taken";
    card.act.dataset.act = { free: "book", mine: "release", soon: "renew" }[look] ?? "";
    card.act.dataset.vm = vm.id;
    setText(card.act, look === "taken" ? "" : t(`act.${card.act.dataset.act}`));
    card.act.setAttribute("aria-label", `${card.act.textContent} ${vm.id}`);
    if (look === "free") showFree(card);
  }
  if (look !== "free") showTaken(card, look);
}

function showFree(card) {
  setText(card.who, t("state.free"));
  setText(card.until, "");
  card.who.title = card.until.title = "";
}

function showTaken(card, look) {
  const { vm } = card;
  const left = timeLeft(vm.expires_at);
  if (card.left === left && card.leftOf === vm) return;
  Object.assign(card, { left, leftOf: vm });
  setText(card.who, look === "taken" ? shortName(vm.booked_by) : left);
  setText(card.until, `→ ${at(vm.expires_at)}`);
  card.who.title = [vm.booked_by, vm.note].filter(Boolean).join("\n");
  card.until.title = t("until.exactly", { time: exactly(vm.expires_at), left });
  card.bar.style.setProperty("--left", partLeft(vm).toFixed(3));
}

/** Say that this card changed through somebody else. */
export function flash(card) {
  card.node.classList.remove("flash");
  requestAnimationFrame(() => card.node.classList.add("flash"));
}

