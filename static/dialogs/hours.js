// The field for a number of hours: quick choices, an input for other numbers, and the resulting end.
import { ApiError } from "../api.js";
import { now } from "../clock.js";
import { dayEnd } from "../day_end.js";
import { dayAndTime, duration, HOUR, shortTime } from "../format.js";
import { html, setText } from "../html.js";
import { plainNumber, t } from "../i18n.js";
import { lastHours, rememberHours } from "../preferences.js";
import { state } from "../state.js";
import { typedHours } from "../typed_duration.js";

const QUICK_HOURS = [1, 2, 4, 8];
const LEAST = 0.1; // hours; an end that is nearer is of no use
const CUT_OFF = 1 / 60; // hours beyond a limit, which the server cuts off

/**
 * Return the markup. `hours`: chosen at first, in place of those last booked; `relative`: a catalogue key for the label of
 * the duration, if it is not known yet when the hours begin.
 */
export function hoursField(label, { hours, relative } = {}) {
  const max = state.settings.max_hours;
  const choices = [...QUICK_HOURS.filter((choice) => choice < max), ...(relative ? [] : ["day-end"]), max];
  const last = hours ?? lastHours();
  const otherHours = QUICK_HOURS.includes(last) || last === max ? "" : plainNumber(last);
  return html`
    <fieldset class="field"><legend class="label">${label}</legend>
      <div class="quick-choices">
        ${choices.map((choice) => html`<label><input type="radio" name="hours" value="${choice}"
          ${choice === last && html`checked autofocus`}><span>${choice !== "day-end" && t("time.hours", { n: choice })}</span></label>`)}
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
  const endOfDay = [...radios].find((radio) => radio.value === "day-end");
  const show = () => {
    if (endOfDay) showDayEnd(endOfDay, startTime());
    setText(dialog.part("[data-end]"), endText(chosenHours(dialog, startTime), startTime?.()));
  };
  otherHours.addEventListener("input", () => { for (const radio of radios) radio.checked = false; show(); });
  for (const radio of radios) radio.addEventListener("change", () => { otherHours.value = ""; show(); });
  const timer = setInterval(show, 5000);
  dialog.node.addEventListener("close", () => clearInterval(timer));
  show();
}

/**
 * Return the chosen end as a field of a call: `hours`, which are remembered, or `until`. Throws ApiError if the typed text
 * is no duration.
 */
export function givenEnd(dialog, startTime) {
  const until = dayEndChosen(dialog);
  if (until) return { until: new Date(until).toISOString() };
  const hours = givenHours(dialog, startTime);
  rememberHours(hours);
  return { hours };
}

/** Return the chosen hours. Throws ApiError if the typed text is no duration. */
export function givenHours(dialog, startTime) {
  const hours = chosenHours(dialog, startTime);
  if (dialog.value("other_hours") && Number.isNaN(hours)) throw new ApiError(t("hours.unreadable"), "bad_input", { field: "other_hours" });
  return hours;
}

/** Return the chosen hours; NaN if the typed text is no duration. */
export function chosenHours(dialog, startTime) {
  const typed = dialog.value("other_hours");
  if (typed) return typedHours(typed);
  const until = dayEndChosen(dialog);
  return until ? (until - startTime()) / HOUR : Number(dialog.value("hours") || NaN);
}

/** Return the end of the day, in milliseconds, if that is chosen. */
function dayEndChosen(dialog) {
  const chosen = dialog.part("[name=hours]:checked");
  return chosen?.value === "day-end" && Number(chosen.dataset.until);
}

/** Offer the next end of the reader's day, if that is not too far. The one that is chosen does not become tomorrow's. */
function showDayEnd(radio, startTime) {
  if (radio.checked && Number(radio.dataset.until) > startTime) return;
  const end = nextDayEnd(startTime);
  const label = radio.closest("label");
  label.hidden = (end - startTime) / HOUR > state.settings.max_hours + CUT_OFF;
  radio.checked = false;
  radio.dataset.until = end;
  setText(label.querySelector("span"), t("hours.until_time", { time: shortTime(end) }));
}

function nextDayEnd(startTime) {
  const end = new Date(startTime);
  const [hour, minute] = dayEnd().split(":").map(Number);
  end.setHours(hour, minute, 0, 0);
  if (end - startTime <= LEAST * HOUR) {
    end.setDate(end.getDate() + 1);
    end.setHours(hour, minute, 0, 0); // clocks may be set that night
  }
  return end.getTime();
}

function endText(hours, startTime) {
  if (!(hours > 0)) return t("hours.choose");
  if (hours > state.settings.max_hours + CUT_OFF) return t("hours.too_many", { n: state.settings.max_hours });
  if (startTime === undefined) return duration(hours * HOUR);
  if (startTime + hours * HOUR - now() > state.settings.max_ahead_hours * HOUR + 1000) return t("hours.too_far", { n: state.settings.max_ahead_hours });
  return `${dayAndTime(startTime + hours * HOUR)} (${duration(hours * HOUR)})`;
}
