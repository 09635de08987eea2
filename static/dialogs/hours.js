// The field for a number of hours: quick choices, an input for other numbers, and the resulting end.
import { ApiError } from "../api.js";
import { now } from "../clock.js";
import { dayAndTime, duration, HOUR } from "../format.js";
import { html, setText } from "../html.js";
import { plainNumber, t } from "../i18n.js";
import { lastHours } from "../preferences.js";
import { state } from "../state.js";
import { typedHours } from "../typed_duration.js";

const QUICK_HOURS = [1, 2, 4, 8];
const EVENING_HOUR = 18;

/**
 * Return the markup. `hours`: chosen at first, in place of those last booked; `relative`: a catalogue key for the label of
 * the duration, if it is not known yet when the hours begin.
 */
export function hoursField(label, { hours, relative } = {}) {
  const max = state.settings.max_hours;
  const choices = [...QUICK_HOURS.filter((choice) => choice < max), ...(relative ? [] : ["evening"]), max];
  const last = hours ?? lastHours();
  const otherHours = QUICK_HOURS.includes(last) || last === max ? "" : plainNumber(last);
  return html`
    <fieldset class="field"><legend class="label">${label}</legend>
      <div class="quick-choices">
        ${choices.map((choice) => html`<label><input type="radio" name="hours" value="${choice}"
          ${choice === last && html`checked autofocus`}><span>${choice === "evening" ? t("hours.until_evening") : t("time.hours", { n: choice })}</span></label>`)}
      </div>
      <div class="other-hours">
        <label><input class="input" name="other_hours" autocomplete="off" maxlength="24"
          aria-label="${t("hours.other")}" placeholder="${t("hours.other_short")}" value="${otherHours}" ${otherHours && html`autofocus`}></label>
        <p class="end-line"><span>${t(relative ?? "hours.until")}</span><b data-end aria-live="polite"></b></p>
      </div>
    </fieldset>`;
}

/** Make the field interactive. `startTime` returns when the hours begin, in milliseconds; omit it if that is not known yet. */
export function wireHours(dialog, startTime) {
  const { hours: radios, other_hours: otherHours } = dialog.form.elements;
  const evening = [...radios].find((radio) => radio.value === "evening");
  const show = () => setText(dialog.part("[data-end]"), endText(chosenHours(dialog, startTime), startTime?.()));
  const tonight = evening && untilEvening(startTime());
  if (evening) evening.closest("label").hidden = tonight <= 0.1 || tonight > state.settings.max_hours;
  otherHours.addEventListener("input", () => { for (const radio of radios) radio.checked = false; show(); });
  for (const radio of radios) radio.addEventListener("change", () => { otherHours.value = ""; show(); });
  const timer = setInterval(show, 5000);
  dialog.node.addEventListener("close", () => clearInterval(timer));
  show();
}

/** Return the chosen hours, to send them. Throws ApiError if the typed text is no duration. */
export function givenHours(dialog, startTime) {
  const hours = chosenHours(dialog, startTime);
  if (dialog.value("other_hours") && Number.isNaN(hours)) throw new ApiError(t("hours.unreadable"), "bad_input", { field: "other_hours" });
  return hours;
}

/** Return the chosen hours; NaN if the typed text is no duration. */
export function chosenHours(dialog, startTime) {
  const typed = dialog.value("other_hours");
  if (typed) return typedHours(typed);
  const choice = dialog.value("hours");
  return choice === "evening" ? untilEvening(startTime()) : Number(choice || NaN);
}

/** Return whether the choice may be remembered: "until evening" is another number of hours every time. */
export const isRepeatable = (dialog) => dialog.value("hours") !== "evening";

function endText(hours, startTime) {
  if (!(hours > 0)) return t("hours.choose");
  if (hours > state.settings.max_hours) return t("hours.too_many", { n: state.settings.max_hours });
  if (startTime === undefined) return duration(hours * HOUR);
  if (startTime + hours * HOUR - now() > state.settings.max_ahead_hours * HOUR + 1000) return t("hours.too_far", { n: state.settings.max_ahead_hours });
  return `${dayAndTime(startTime + hours * HOUR)} (${duration(hours * HOUR)})`;
}

function untilEvening(startTime) {
  const evening = new Date(startTime);
  evening.setHours(EVENING_HOUR, 0, 0, 0);
  return (evening - startTime) / HOUR;
}
