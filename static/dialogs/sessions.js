// The dialog that lists the browsers in which the user is signed in, and signs out each, or all others.
import { post, remove } from "../api.js";
import { dayAndTime, exactTime } from "../format.js";
import { html } from "../html.js";
import { t } from "../i18n.js";
import { lastUse } from "../last_use.js";
import { toast } from "../views/toasts.js";
import { openDialog } from "./dialog.js";
import { load, loadedPart } from "./loaded_part.js";

export async function sessionsDialog() {
  const dialog = openDialog({
    title: t("sessions.title"),
    subtitle: t("sessions.what"),
    wide: true,
    body: loadedPart,
    extraButtons: html`<button type="button" class="button" data-end-others>${t("sessions.end_others")}</button>`,
  });
  dialog.node.addEventListener("click", ({ target }) => {
    const { end, name, endOthers } = target.closest("button")?.dataset ?? {};
    if (end) change(dialog, () => remove(`/sessions/${encodeURIComponent(end)}`), t("sessions.ended", { name }));
    if (endOthers !== undefined) change(dialog, () => post("/logout", { elsewhere: true }), t("sessions.ended_others"));
  });
  await show(dialog);
}

async function show(dialog) {
  await load(dialog, "/sessions", rows);
  dialog.part("[data-end-others]").hidden = !dialog.part("[data-end]");
}

async function change(dialog, call, done) {
  if (dialog.busy) return;
  dialog.setBusy(true);
  try {
    await call();
    dialog.setBusy(false);
    await show(dialog);
    toast(done);
  } catch (error) {
    dialog.setBusy(false);
    await show(dialog); // it may have ended already
    dialog.showError(error.message);
  }
  if (!dialog.node.contains(document.activeElement)) dialog.part(".close").focus();
}

function rows(sessions) {
  const currentFirst = sessions.sort((a, b) => b.current - a.current);
  return html`<ul class="rows">${currentFirst.map((session) => html`
    <li><span class="row-title">${nameOf(session)}<small>${about(session)}</small></span>
      ${!session.current && html`<button type="button" class="button small plain" data-end="${session.id}" data-name="${nameOf(session)}"
        aria-label="${t("sessions.end")}: ${nameOf(session)}">${t("sessions.end")}</button>`}</li>`)}</ul>`;
}

function nameOf({ browser, system }) {
  if (browser && system) return t("sessions.browser_on", { browser, system });
  return browser ?? system ?? t("sessions.unknown");
}

function about({ current, began, used }) {
  return html`${current ? html`<b>${t("sessions.current")}</b>` : t("sessions.used", { time: lastUse(used) })}
    ${began && html` · <span title="${exactTime(began)}">${t("sessions.began", { time: dayAndTime(began) })}</span>`}`;
}
