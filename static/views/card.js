// One machine as a card: made once, then changed in place.
import { endsSoon } from "../filter.js";
import { at, exactly, partLeft, shortName, tickOf, timeLeft } from "../format.js";
import { element, html, setText } from "../html.js";
import { t } from "../i18n.js";
import { isMine, state } from "../state.js";

const ACTS = { free: "book", mine: "release", soon: "renew" };

const pattern = element(html`
  <li class="card">
    <div class="row">
      <svg class="mark" aria-hidden="true"><use/></svg>
      <button class="name" data-act="open"></button>
      <button class="ip" data-act="copy"></button>
    </div>
    <div class="row">
      <span class="say"><span class="sr"></span><span class="who"></span><span class="until"></span></span>
      <span class="left"></span><span class="about"></span>
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
    word: part(".sr"), who: part(".who"), until: part(".until"), left: part(".left"), act: part(".act"), about: part(".about"), bar: part(".bar"),
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
  setText(card.about, vm.note || vm.description || "");
  card.about.title = card.about.textContent;
  tickCard(card);
}

/** What changes with time alone. */
export function tickCard(card) {
  const { vm } = card;
  const look = lookOf(vm);
  if (card.look !== look || card.shown !== vm || card.reader !== state.me) {
    Object.assign(card, { look, shown: vm, reader: state.me, minute: null });
    showLook(card);
  }
  if (look !== "free") showTime(card);
}

function showLook({ vm, look, node, mark, word, who, until, left, act, bar }) {
  node.classList.remove("free", "mine", "soon", "taken", "ending");
  node.classList.add(look);
  mark.setAttribute("href", `#i-${look}`);
  bar.hidden = look === "free";
  act.hidden = look === "taken";
  act.dataset.act = ACTS[look] ?? "";
  act.dataset.vm = vm.id;
  setText(act, look === "taken" ? "" : t(`act.${ACTS[look]}`));
  act.setAttribute("aria-label", `${act.textContent} ${vm.id}`);
  setText(word, look === "free" ? "" : t(look === "taken" ? "state.taken" : "state.mine"));
  setText(who, look === "free" ? t("state.free") : shortName(vm.booked_by));
  setText(until, "");
  setText(left, "");
  who.title = [vm.booked_by, vm.note].filter(Boolean).join("\n");
}

/** The time left, on one's own machines in front, on others' at the end. */
function showTime(card) {
  const { vm, look } = card;
  const minute = tickOf(vm.expires_at);
  if (card.minute === minute) return;
  card.minute = minute;
  const ending = endsSoon(vm);
  const left = timeLeft(vm.expires_at, look === "taken");
  setText(look === "taken" ? card.left : card.who, left);
  setText(card.until, `→ ${at(vm.expires_at)}`);
  card.until.title = card.left.title = t("until.exactly", { time: exactly(vm.expires_at), left });
  card.node.classList.toggle("ending", ending);
  card.mark.setAttribute("href", `#i-${ending ? "soon" : look}`);
  card.bar.style.setProperty("--left", partLeft(vm).toFixed(3));
}

/** Say that this card changed through somebody else. */
export function flash(card) {
  card.node.classList.remove("flash");
  requestAnimationFrame(() => card.node.classList.add("flash"));
}
