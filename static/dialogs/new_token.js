// The dialog that creates an API token, and the one that shows it, once.
import { post } from "../api.js";
import { base } from "../base.js";
import { now } from "../clock.js";
import { dayAndTime, HOUR } from "../format.js";
import { html, icon, setText } from "../html.js";
import { t } from "../i18n.js";
import { openDialog } from "./dialog.js";
import { field } from "./field.js";

const LIFETIMES = [7, 30, 90, 365];
const DEFAULT_DAYS = 90;

/** Open the dialog. `then` is called after the token is created. */
export function newTokenDialog(then) {
  const dialog = openDialog({
    title: t("tokens.new"),
    body: html`${field("name", t("tokens.name"), { maxlength: 64, autofocus: true, placeholder: "nightly-perf", hint: t("tokens.name_hint") })}
      <fieldset class="field"><legend class="label">${t("tokens.days")}</legend>
        <div class="quick-choices">${LIFETIMES.map((days) => html`<label><input type="radio" name="days" value="${days}"
          ${days === DEFAULT_DAYS && html`checked`}><span>${t("tokens.n_days", { n: days })}</span></label>`)}</div>
        <p class="end-line"><span>${t("hours.until")}</span><b data-end aria-live="polite"></b></p>
      </fieldset>`,
    label: t("tokens.make"),
    submit: async (opened) => {
      const created = await post("/tokens", { name: opened.value("name"), days: Number(opened.value("days")) });
      then();
      setTimeout(() => createdTokenDialog(created)); // after this dialog has closed
    },
  });
  const show = () => setText(dialog.part("[data-end]"), dayAndTime(now() + Number(dialog.value("days")) * 24 * HOUR));
  dialog.form.addEventListener("change", show);
  show();
}

/** Show the token. A click beside the dialog does not close it, since the token cannot be shown again. */
function createdTokenDialog({ name, token }) {
  const server = location.origin + base;
  openDialog({
    title: t("tokens.made_title", { name }),
    wide: true,
    persistent: true,
    body: html`<p class="notice">${t("tokens.once")}</p>
      ${copyableLine(t("tokens.token"), token, token)}
      ${copyableLine(t("tokens.try"), `curl -H "Authorization: Bearer ${token}" ${server}/vms`)}
      ${copyableLine(t("tokens.cli"), `curl ${server}/cli -o loadzone && chmod +x loadzone`)}
      <p><a href="${base}/docs" target="_blank">${t("tokens.docs")}</a></p>`,
    extraButtons: html`<button type="button" class="button primary close">${t("tokens.kept")}</button>`,
  });
}

/** Return a line that copies its text at a click. The toast names the label, so that it does not repeat a secret. */
const copyableLine = (label, text, autofocus) => html`<div class="field"><span class="label">${label}</span>
  <button type="button" class="copy line" data-action="copy" data-text="${text}" data-label="${label}" title="${t("copy.hint", { text: label })}"
    ${autofocus && html`autofocus`}><code>${text}</code>${icon("copy")}</button></div>`;
