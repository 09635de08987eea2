// The right end of the top bar: language, view, theme, notifications and account.
import { fill, html, icon } from "../html.js";
import { language, t } from "../i18n.js";
import { chosenView, followOtherTabs, switchView } from "../preferences.js";
import { applySort } from "../sorting.js";
import { state, subscribe } from "../state.js";
import { bellButton, updateBell as showBell } from "./bell.js";

const root = document.getElementById("account");

export function mountAccount() {
  switchView(chosenView());
  draw();
  subscribe(({ me }) => me && draw());
  followOtherTabs(() => { draw(); applySort(); });
}

function draw() {
  const desktopOnly = state.me.authenticated ? "desktop-only" : ""; // on a phone, members find these in the account dialog
  const nextLanguage = language === "ru" ? "en" : "ru";
  const nextView = chosenView() === "list" ? "cards" : "list";
  fill(root, html`
    <button class="icon-button ${desktopOnly}" data-action="language" data-language="${nextLanguage}" lang="${nextLanguage}"
      title="${t("language.switch")}" aria-label="${nextLanguage.toUpperCase()}, ${t("language.switch")}">${nextLanguage.toUpperCase()}</button>
    <button class="icon-button view-toggle" data-action="view" title="${t(`view.${nextView}`)}" aria-label="${t(`view.${nextView}`)}">${icon(nextView)}</button>
    <button class="icon-button ${desktopOnly}" data-action="theme" title="${t("theme.switch")}" aria-label="${t("theme.switch")}">${icon("theme")}</button>
    ${state.me.authenticated
      ? html`${bellButton()}<button class="avatar" data-action="account" title="${state.me.email}" aria-label="${t("account.of", { email: state.me.email })}">${state.me.email[0]}</button>`
      : html`<button class="button small primary" data-action="sign-in" data-needs-connection>${t("sign_in")}</button>`}`);
  showBell();
}

/** Switch between cards and the dense list. The choice is remembered. */
export function toggleView() {
  switchView(chosenView() === "list" ? "cards" : "list");
  draw();
  applySort();
  root.querySelector(".view-toggle").focus();
}
