// The admin's dialog with everybody who ever signed in: find people, change roles, open tokens, remove users.
import { addressOfView } from "../address.js";
import { get, post } from "../api.js";
import { base } from "../base.js";
import { dayAndTime, exactTime } from "../format.js";
import { fill, html, setText } from "../html.js";
import { t } from "../i18n.js";
import { lastUse } from "../last_use.js";
import { state } from "../state.js";
import { toast } from "../views/toasts.js";
import { openDialog } from "./dialog.js";
import { field } from "./field.js";
import { inviteDialog } from "./invite.js";
import { loadedPart } from "./loaded_part.js";
import { removeUserDialog } from "./remove_user.js";
import { findUsers, forSearch } from "./user_search.js";

const SHOWN_AT_MOST = 100;

export async function usersDialog() {
  const dialog = openDialog({
    title: t("users.title"),
    wide: true,
    body: html`${field("search", t("users.search"), { type: "search", maxlength: 254, spellcheck: "false", autofocus: true })}
      <p class="hint" role="status" data-count></p>${loadedPart}`,
    extraButtons: html`<button type="button" class="button primary" data-invite>${t("invite.open")}</button>`,
  });
  dialog.users = [];
  dialog.form.elements.search.addEventListener("input", () => showFound(dialog));
  dialog.node.addEventListener("click", (event) => {
    const button = event.target.closest("[data-user-action]");
    if (button) changeUser(dialog, button.dataset);
  });
  dialog.part("[data-invite]").addEventListener("click", () => inviteDialog(() => loadUsers(dialog)));
  await loadUsers(dialog);
}

async function loadUsers(dialog) {
  try {
    dialog.users = forSearch(await get("/users"));
    showFound(dialog, "");
    showFound(dialog);
  } catch (error) {
    dialog.showError(error.message);
  }
  dialog.part("[data-loaded]").removeAttribute("aria-busy");
  dialog.part(".spinner")?.remove();
  if (!dialog.node.contains(document.activeElement)) dialog.form.elements.search.focus();
}

/** Show the people who match the search; of very many the first ones. The field stays where it is while one types. */
function showFound(dialog, text = dialog.value("search")) {
  const { style, offsetHeight } = dialog.body;
  if (!text) style.height = "";
  else if (dialog.users.length) style.height ||= `${offsetHeight}px`;
  const found = findUsers(dialog.users, text);
  const shown = found.slice(0, SHOWN_AT_MOST);
  setText(dialog.part("[data-count]"), countText(shown.length, found.length, dialog.users.length));
  fill(dialog.part("[data-loaded]"), rows(shown));
}

function countText(shown, found, all) {
  if (shown < found) return t("users.first", { n: found, shown });
  return found < all ? t("users.found", { n: all, found }) : t("users.all", { n: all });
}

async function changeUser(dialog, { userAction: action, email, role }) {
  if (action === "remove") return removeUserDialog(email, () => loadUsers(dialog));
  if (dialog.busy) return;
  dialog.setBusy(true);
  try {
    await post("/users/role", { email, role });
    dialog.setBusy(false);
    await loadUsers(dialog);
  } catch (error) {
    dialog.setBusy(false);
    await loadUsers(dialog); // what stood there may be why it was refused
    dialog.showError(error.message);
  }
}

function rows(users) {
  const held = machinesByHolder();
  return html`<ul class="rows">${users.map((user) => html`
    <li><span class="row-title">${user.email}<small>${about(user, held.get(user.email))}</small></span>
      ${user.invited_by && html`<button type="button" class="button small" data-action="copy" data-text="${invitationOf(user.email)}"
        aria-label="${t("invite.copy_link")}: ${user.email}">${t("invite.copy_link")}</button>`}
      ${!user.by_settings && roleButton(user)}
      ${!user.invited_by && html`<a class="button small plain" data-view-link data-closes href="${addressOfView("history", { person: user.email })}"
        aria-label="${t("history.title")}: ${user.email}">${t("history.title")}</a>`}
      <button type="button" class="button small plain" data-action="tokens" data-email="${user.email}" aria-label="${t("tokens.short")}: ${user.email}">${t("tokens.short")}</button>
      ${user.email !== state.me.email && html`<button type="button" class="button small plain" data-user-action="remove" data-email="${user.email}"
        aria-label="${t("users.remove")}: ${user.email}">${t("users.remove")}</button>`}
    </li>`)}</ul>`;
}

const invitationOf = (email) => `${location.origin}${base}/?email=${encodeURIComponent(email)}`;

function roleButton({ email, role }) {
  const label = t(role === "admin" ? "users.make_user" : "users.make_admin");
  return html`<button type="button" class="button small" data-user-action="role" data-email="${email}"
    data-role="${role === "admin" ? "user" : "admin"}" aria-label="${label}: ${email}">${label}</button>`;
}

function about({ role, by_settings: bySettings, created, seen, invited_by: by }, held) {
  return html`${t(bySettings ? "role.admin_by_settings" : `role.${role}`)}
    · ${by ? t("users.never_here") : html`<span title="${seen && exactTime(seen)}">${seen ? t("users.seen", { time: lastUse(seen) }) : t("users.seen_unknown")}</span>`}
    · <span title="${exactTime(created)}">${t(by ? "users.invited" : "users.since", { by, time: dayAndTime(created) })}</span>
    ${held && html` · ${t("users.holds", { n: held })}`}`;
}

function machinesByHolder() {
  const held = new Map();
  for (const { booked_by: email } of state.vms.values()) if (email) held.set(email, (held.get(email) ?? 0) + 1);
  return held;
}
