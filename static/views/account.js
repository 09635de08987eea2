// The right end of the bar: the language, the theme, and who one is.
import { fill, html, icon } from "../html.js";
import { language, t } from "../i18n.js";
import { chosenView, switchView } from "../preferences.js";
import { sortAnew } from "../sorting.js";
import { state, subscribe } from "../state.js";
import { bell, show as showBell } from "./bell.js";

const root = document.getElementById("account");

export function drawAccount() {
  switchView(chosenView());
  draw();
  subscribe(({ me }) => me && draw());
}

function draw() {
  const extra = state.me.authenticated ? "extra" : ""; // on a phone, members find these in their account
  const other = language === "ru" ? "en" : "ru";
  const otherView = chosenView() === "list" ? "cards" : "list";
  fill(root, html`
    <button class="icon-button ${extra}" data-act="language" data-language="${other}" lang="${other}"
      title="${t("language.switch")}" aria-label="${other.toUpperCase()}, ${t("language.switch")}">${other.toUpperCase()}</button>
    <button class="icon-button view" data-act="view" title="${t(`view.${otherView}`)}" aria-label="${t(`view.${otherView}`)}">${icon(otherView)}</button>
    <button class="icon-button ${extra}" data-act="theme" title="${t("theme.switch")}" aria-label="${t("theme.switch")}">${icon("theme")}</button>
    ${state.me.authenticated
      ? html`${bell()}<button class="avatar" data-act="account" title="${state.me.email}" aria-label="${t("account.of", { email: state.me.email })}">${state.me.email[0]}</button>`
      : html`<button class="button small primary" data-act="sign-in" data-acts>${t("sign_in")}</button>`}`);
  showBell();
}

/** Cards or a dense list; remembered. */
export function toggleView() {
  switchView(chosenView() === "list" ? "cards" : "list");
  draw();
  sortAnew();
  root.querySelector(".view").focus();
}
