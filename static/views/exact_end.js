// The exact end of a booking, with its time zone, for the machine that has the keyboard focus. With a pointer it is a tooltip.
import { exactTime, timeLeft } from "../format.js";
import { element, html, setText } from "../html.js";
import { t } from "../i18n.js";
import { state, subscribe } from "../state.js";

const GAP_PX = 4;
const hint = element(html`<p id="exact-end" class="exact-end" hidden></p>`);
let describedName = null;

export function mountExactEnd() {
  document.getElementById("toasts").before(hint);
  document.addEventListener("focusin", ({ target }) => show(target.closest("#board .name:focus-visible")));
  document.addEventListener("focusout", () => show(null));
  document.addEventListener("keydown", (event) => event.key === "Escape" && show(null));
  subscribe(({ vms, times }) => (vms || times) && describedName && show(describedName.isConnected ? describedName : null));
  addEventListener("scroll", () => describedName && positionHint(), { passive: true }); // moving the focus may scroll the page
}

function show(name) {
  const end = endOf(state.vms.get(name?.dataset.vm));
  describedName?.removeAttribute("aria-describedby");
  describedName = end ? name : null;
  hint.hidden = !end;
  if (!end) return;
  setText(hint, t("until.exactly", { time: exactTime(end), left: timeLeft(end) }));
  name.setAttribute("aria-describedby", hint.id);
  positionHint();
}

const endOf = (vm) => vm && (vm.expires_at ?? vm.held_until);

/** Place the hint above the name, or below it if there is no room, within the window. */
function positionHint() {
  const [box, { width, height }] = [describedName, hint].map((node) => node.getBoundingClientRect());
  const above = box.top - height - GAP_PX;
  const top = above > 0 ? above : box.bottom + GAP_PX;
  const left = Math.max(GAP_PX, Math.min(box.left, innerWidth - width - GAP_PX));
  Object.assign(hint.style, { top: `${top}px`, left: `${left}px` });
}
