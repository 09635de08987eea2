// The exact end of what the keyboard stands on, with its zone: what the pointer sees in a hint when it rests there.
import { exactly, timeLeft } from "../format.js";
import { element, html, setText } from "../html.js";
import { t } from "../i18n.js";
import { state, subscribe } from "../state.js";

const BESIDE = 4; // pixels
const hint = element(html`<p id="exact-end" class="exact-end" popover="manual"></p>`);
let on = null;

export function drawExactEnd() {
  document.getElementById("toasts").before(hint);
  document.addEventListener("focusin", ({ target }) => show(target.closest("#board .name:focus-visible")));
  document.addEventListener("focusout", () => show(null));
  document.addEventListener("keydown", (event) => event.key === "Escape" && show(null));
  subscribe(({ vms }) => vms && on && show(on.isConnected ? on : null));
  addEventListener("scroll", () => on && place(), { passive: true }); // to which the focus itself may lead
}

function show(name) {
  const end = endOf(state.vms.get(name?.dataset.vm));
  on?.removeAttribute("aria-describedby");
  on = end ? name : null;
  hint.togglePopover(Boolean(end));
  if (!end) return;
  setText(hint, t("until.exactly", { time: exactly(end), left: timeLeft(end) }));
  name.setAttribute("aria-describedby", hint.id);
  place();
}

const endOf = (vm) => vm && (vm.expires_at ?? vm.held_until);

/** Above the name, or beneath it where there is no room; within the window. */
function place() {
  const [name, { width, height }] = [on, hint].map((node) => node.getBoundingClientRect());
  const above = name.top - height - BESIDE;
  const top = above > 0 ? above : name.bottom + BESIDE;
  const left = Math.max(BESIDE, Math.min(name.left, innerWidth - width - BESIDE));
  Object.assign(hint.style, { top: `${top}px`, left: `${left}px` });
}
