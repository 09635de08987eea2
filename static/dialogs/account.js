// Who one is, and what one chose.
import { post } from "../api.js";
import { noticesState, switchNotices } from "../browser_notifications.js";
import { fill, html } from "../html.js";
import { language, t } from "../i18n.js";
import { refresh } from "../live.js";
import { chosenTheme, switchTheme } from "../preferences.js";
import { isAdmin, state } from "../state.js";
import { toast } from "../views/toasts.js";
import { openDialog } from "./dialog.js";

const LANGUAGES = { ru: "Русский", en: "English" };

export function accountDialog() {
  const dialog = openDialog({
    title: state.me.email,
    sub: t(isAdmin() ? "role.admin" : "role.user"),
    body: html`
      <div class="setting"><span>${t("language.label")}</span><span class="segmented">
        ${Object.entries(LANGUAGES).map(([code, name]) => html`
          <button type="button" data-act="language" data-language="${code}" lang="${code}" aria-pressed="${String(code === language)}">${name}</button>`)}</span></div>
      <div class="setting"><span>${t("theme.label")}</span><span class="segmented">
        ${["", "light", "dark"].map((theme) => html`
          <button type="button" data-theme-choice="${theme}" aria-pressed="${String(theme === chosenTheme())}">${t(`theme.${theme || "system"}`)}</button>`)}</span></div>
      <div data-notices></div>
      <div class="choices">
        <button type="button" class="button small" data-act="history" data-leave>${t("history.title")}</button>
        ${isAdmin() && html`<button type="button" class="button small" data-act="users" data-leave>${t("users.title")}</button>`}
        <button type="button" class="button small" data-act="tokens" data-leave>${t("tokens.title")}</button>
        <a class="button small" href="/docs">${t("account.docs")}</a>
        <button type="button" class="button small" data-act="keys" data-leave>${t("keys.title")}</button>
      </div>`,
    extra: html`<button type="button" class="button plain" data-out="all">${t("sign_out.everywhere")}</button>
      <button type="button" class="button" data-out="here">${t("sign_out")}</button>`,
  });
  showNotices(dialog);
  dialog.node.addEventListener("click", (event) => {
    const { themeChoice, notices, leave, out } = event.target.closest("button")?.dataset ?? {};
    if (notices) chooseNotices(dialog, notices === "on");
    if (themeChoice !== undefined) chooseTheme(dialog, themeChoice);
    if (leave !== undefined) dialog.close();
    if (out) signOut(dialog, out === "all");
  });
}

function chooseTheme(dialog, theme) {
  switchTheme(theme);
  for (const button of dialog.node.querySelectorAll("[data-theme-choice]")) {
    button.setAttribute("aria-pressed", String(button.dataset.themeChoice === theme));
  }
}

/** Nothing where the browser has none; where it refuses, why. */
function showNotices(dialog) {
  const state = noticesState();
  const blocked = ["blocked", "insecure"].includes(state);
  fill(dialog.part("[data-notices]"), state !== "none" && html`
    <div class="setting"><span>${t("notices.label")}</span><span class="segmented">
      ${["on", "off"].map((choice) => html`<button type="button" data-notices="${choice}" ${blocked && html`disabled`}
        aria-pressed="${String((state === "on") === (choice === "on"))}">${t(`notices.${choice}`)}</button>`)}</span></div>
    <p class="hint">${t(blocked ? `notices.${state}` : "notices.what")}</p>`);
}

async function chooseNotices(dialog, on) {
  await switchNotices(on);
  showNotices(dialog);
  dialog.part(`[data-notices="${on ? "on" : "off"}"]`)?.focus();
}

async function signOut(dialog, everywhere) {
  if (dialog.busy) return;
  dialog.working(true);
  try {
    await post("/logout", { everywhere });
    await refresh();
    dialog.working(false);
    dialog.close();
    toast(t("sign_out.done"));
  } catch (error) {
    dialog.working(false);
    dialog.fail(error.message);
  }
}
