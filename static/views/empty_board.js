// The message in place of machines when there are none to show: why, and what helps.
import { fill, html } from "../html.js";
import { t } from "../i18n.js";
import { isAdmin, isClosed, state } from "../state.js";

const root = document.getElementById("empty");

/** Show the message if `shown`, the number of machines and sections on the board, is 0. */
export function showEmptyBoard(shown) {
  root.hidden = shown > 0;
  if (shown) return;
  if (isClosed()) {
    fill(root, html`${logo()}<h2>${t("closed.title")}</h2><p>${t("closed.what")}</p>
      <button class="button primary" data-action="sign-in" data-needs-connection>${t("sign_in")}</button>`);
  } else if (state.vms.size || state.groups.length) {
    fill(root, html`<h2>${t("empty.nothing_found")}</h2>
      <button class="button" data-action="show-all">${t("empty.show_all")}</button>`);
  } else if (isAdmin()) {
    fill(root, html`${logo()}<h2>${t("empty.first_admin")}</h2><p>${t("empty.first_admin_how")}</p>
      <div class="first-steps">
        <button class="button primary" data-action="add-vm" data-needs-connection>${t("vm.add")}</button>
        <button class="button" data-action="create-group" data-needs-connection>${t("group.create")}</button>
        <button class="button" data-action="users" data-needs-connection>${t("empty.people")}</button>
      </div>`);
  } else {
    fill(root, html`${logo()}<h2>${t("empty.no_machines")}</h2><p>${t(whatHelps())}</p>
      ${!state.me.authenticated && html`<button class="button primary" data-action="sign-in" data-needs-connection>${t("sign_in")}</button>`}`);
  }
}

function whatHelps() {
  if (state.me.authenticated) return "empty.ask_admin";
  return state.me.first_admin ? "empty.first_to_sign_in" : "empty.sign_in";
}

const logo = () => html`<img class="logo" src="${document.querySelector(".brand img").src}" width="48" height="48" alt="">`;
