// Choosing how long: quick choices, a free field, and the end that comes of it.
import { amount, dayAt, HOUR, now } from "../format.js";
import { html, setText } from "../html.js";
import { t } from "../i18n.js";
import { lastHours } from "../preferences.js";
import { state } from "../state.js";

const QUICK = [1, 2, 4, 8];
const EVENING = 18;

/** The markup. `hours`: what is chosen already, if not the last choice; `later`: the words for that it is not known yet when they begin to count. */
export function hoursField(label, { hours, later } = {}) {
  const max = state.settings.max_hours;
  const choices = [...QUICK.filter((one) => one < max), ...(later ? [] : ["evening"]), max];
  const last = hours ?? lastHours();
  const free = QUICK.includes(last) || last === max ? "" : String(last);
  return html`
    <fieldset class="field"><legend class="label">${label}</legend>
      <div class="hours">
        ${choices.map((choice) => html`<label><input type="radio" name="hours" value="${choice}"
          ${choice === last && html`checked autofocus`}><span>${choice === "evening" ? t("hours.until_evening") : t("time.hours", { n: choice })}</span></label>`)}
      </div>
      <div class="hours-end">
        <label><input class="input" name="free" inputmode="decimal" autocomplete="off" maxlength="8"
          aria-label="${t("hours.other")}" placeholder="${t("hours.other_short")}" value="${free}" ${free && html`autofocus`}>${t("hours.unit")}</label>
        <p class="until-line"><span>${t(later ?? "hours.until")}</span><b data-until aria-live="polite"></b></p>
      </div>
    </fieldset>`;
}

/** Make the field live; `from` gives where the hours begin to count (milliseconds); without it, that is not known yet. */
export function wireHours(dialog, from) {
  const { hours: radios, free } = dialog.form.elements;
  const evening = [...radios].find((radio) => radio.value === "evening");
  const show = () => setText(dialog.part("[data-until]"), said(chosenHours(dialog, from), from?.()));
  const tonight = evening && untilEvening(from());
  if (evening) evening.closest("label").hidden = tonight <= 0.1 || tonight > state.settings.max_hours;
  free.addEventListener("input", () => { for (const radio of radios) radio.checked = false; show(); });
  for (const radio of radios) radio.addEventListener("change", () => { free.value = ""; show(); });
  const timer = setInterval(show, 5000);
  dialog.node.addEventListener("close", () => clearInterval(timer));
  show();
}

/** The hours chosen; NaN where what was typed is no number. */
export function chosenHours(dialog, from) {
  const typed = dialog.value("free").replace(",", ".");
  if (typed) return Number(typed);
  const choice = dialog.value("hours");
  return choice === "evening" ? untilEvening(from()) : Number(choice || NaN);
}

/** What is to be remembered of the choice: the evening is another length every day. */
export const isRepeatable = (dialog) => dialog.value("hours") !== "evening";

function said(hours, from) {
  if (!(hours > 0)) return t("hours.choose");
  if (hours > state.settings.max_hours) return t("hours.too_many", { n: state.settings.max_hours });
  if (from === undefined) return amount(hours * HOUR);
  if (from + hours * HOUR - now() > state.settings.max_ahead_hours * HOUR + 1000) return t("hours.too_far", { n: state.settings.max_ahead_hours });
  return `${dayAt(from + hours * HOUR)} (${amount(hours * HOUR)})`;
}

function untilEvening(from) {
  const evening = new Date(from);
  evening.setHours(EVENING, 0, 0, 0);
  return (evening - from) / HOUR;
}
