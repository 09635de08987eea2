// The account dialog: settings of the user and signing out.
import { addressOfView } from "../address.js";
import { post } from "../api.js";
import { base } from "../base.js";
import { notificationState, switchNotifications } from "../browser_notifications.js";
import { fill, html } from "../html.js";
import { language, t } from "../i18n.js";
import { refresh } from "../live.js";
import { chosenTheme, switchTheme } from "../preferences.js";
import { isAdmin, setMe, state } from "../state.js";
import { toast } from "../views/toasts.js";
import { clockSettings, wireClockSettings } from "./clock_settings.js";
import { openDialog } from "./dialog.js";

const LANGUAGES = { ru: "Русский", en: "English" };

export function accountDialog() {
  const dialog = openDialog({
    title: state.me.email,
    subtitle: t(isAdmin() ? "role.admin" : "role.user"),
    body: html`
      <div class="setting"><span>${t("language.label")}</span><span class="segmented">
        ${Object.entries(LANGUAGES).map(([code, name]) => html`
          <button type="button" data-action="language" data-language="${code}" lang="${code}" aria-pressed="${String(code === language)}">${name}</button>`)}</span></div>
      <div class="setting"><span>${t("theme.label")}</span><span class="segmented">
        ${["", "light", "dark"].map((theme) => html`
          <button type="button" data-theme-choice="${theme}" aria-pressed="${String(theme === chosenTheme())}">${t(`theme.${theme || "system"}`)}</button>`)}</span></div>
      ${clockSettings()}
      <div data-notification-setting></div>
      <div class="button-row">
        <a class="button small" data-view-link data-closes href="${addressOfView("history", { person: state.me.email })}">${t("history.mine")}</a>
        ${isAdmin() && html`<button type="button" class="button small" data-action="users" data-closes>${t("users.title")}</button>`}
        ${!state.settings.codes_in_log && html`<button type="button" class="button small" data-action="letters" data-closes>${t("letters.title")}</button>`}
        <button type="button" class="button small" data-action="sessions" data-closes>${t("sessions.title")}</button>
        <button type="button" class="button small" data-action="tokens" data-closes>${t("tokens.title")}</button>
        <a class="button small" href="${base}/docs">${t("account.docs")}</a>
        <button type="button" class="button small" data-action="shortcuts" data-closes>${t("keys.title")}</button>
      </div>`,
    extraButtons: html`<button type="button" class="button plain" data-sign-out="all">${t("sign_out.everywhere")}</button>
      <button type="button" class="button" data-sign-out="here">${t("sign_out")}</button>`,
  });
  showNotificationSetting(dialog);
  wireClockSettings(dialog);
  const followTheme = () => showTheme(dialog);
  addEventListener("storage", followTheme);
  dialog.node.addEventListener("close", () => removeEventListener("storage", followTheme));
  dialog.node.addEventListener("click", (event) => {
    const { themeChoice, notifications, signOut: signOutScope } = event.target.closest("button")?.dataset ?? {};
    if (notifications) setNotifications(dialog, notifications === "on");
    if (themeChoice !== undefined) { switchTheme(themeChoice); showTheme(dialog); }
    if (signOutScope) signOut(dialog, signOutScope === "all");
  });
}

function showTheme(dialog) {
  for (const button of dialog.node.querySelectorAll("[data-theme-choice]")) {
    button.setAttribute("aria-pressed", String(button.dataset.themeChoice === chosenTheme()));
  }
}

/** Show the switch for browser notifications, with the reason if they are blocked; nothing if they are not supported. */
function showNotificationSetting(dialog) {
  const permission = notificationState();
  const blocked = ["blocked", "insecure"].includes(permission);
  fill(dialog.part("[data-notification-setting]"), permission !== "none" && html`
    <div class="setting"><span>${t("notices.label")}</span><span class="segmented">
      ${["on", "off"].map((choice) => html`<button type="button" data-notifications="${choice}" ${blocked && html`disabled`}
        aria-pressed="${String((permission === "on") === (choice === "on"))}">${t(`notices.${choice}`)}</button>`)}</span></div>
    <p class="hint">${t(blocked ? `notices.${permission}` : "notices.what")}</p>`);
}

async function setNotifications(dialog, on) {
  await switchNotifications(on);
  showNotificationSetting(dialog);
  dialog.part(`[data-notifications="${on ? "on" : "off"}"]`)?.focus();
}

async function signOut(dialog, everywhere) {
  if (dialog.busy) return;
  dialog.setBusy(true);
  try {
    await post("/logout", { everywhere });
    setMe({ authenticated: false });
    await refresh();
    dialog.setBusy(false);
    dialog.close();
    toast(t("sign_out.done"));
  } catch (error) {
    dialog.setBusy(false);
    dialog.showError(error.message);
  }
}
