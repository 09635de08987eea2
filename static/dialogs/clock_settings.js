// The settings of how the reader tells the time of the day, in the account dialog.
import { dayEnd, rememberDayEnd } from "../day_end.js";
import { clockText, useCurrentZone } from "../format.js";
import { fill, html } from "../html.js";
import { t } from "../i18n.js";
import { has12Hours, rememberClock } from "../reader_clock.js";
import { refreshTimes } from "../state.js";

export const clockSettings = () => html`
  <div class="setting"><span>${t("clock.label")}</span><span class="segmented">
    ${["24", "12"].map((hours) => html`<button type="button" data-clock="${hours}" aria-pressed="${isPressed(hours)}">${t(`clock.${hours}`)}</button>`)}</span></div>
  <div class="setting"><label for="f-day_end">${t("clock.day_end")}</label>
    <select class="input" id="f-day_end" name="day_end">${dayEnds()}</select></div>`;

export function wireClockSettings(dialog) {
  dialog.node.addEventListener("click", ({ target }) => {
    const hours = target.closest("[data-clock]")?.dataset.clock;
    if (hours) chooseClock(dialog, hours);
  });
  dialog.form.elements.day_end.addEventListener("change", ({ target }) => rememberDayEnd(target.value));
}

function chooseClock(dialog, hours) {
  rememberClock(hours);
  useCurrentZone();
  refreshTimes();
  for (const button of dialog.node.querySelectorAll("[data-clock]")) button.setAttribute("aria-pressed", isPressed(button.dataset.clock));
  fill(dialog.form.elements.day_end, dayEnds());
}

/** Return the options of each half hour. */
function dayEnds() {
  const chosen = dayEnd();
  return html`${[...Array(48).keys()].map((half) => {
    const time = `${String(Math.floor(half / 2)).padStart(2, "0")}:${half % 2 ? "30" : "00"}`;
    return html`<option value="${time}" ${time === chosen && html`selected`}>${clockText(time)}</option>`;
  })}`;
}

const isPressed = (hours) => String((hours === "12") === has12Hours());
