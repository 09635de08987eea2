// The admin's dialog with everybody who ever signed in: change roles, open tokens, remove users.
import { post } from "../api.js";
import { dayAndTime } from "../format.js";
import { html } from "../html.js";
import { t } from "../i18n.js";
import { state } from "../state.js";
import { toast } from "../views/toasts.js";
import { openDialog } from "./dialog.js";
import { load, loadedPart } from "./loaded_part.js";

export async function usersDialog() {
  const dialog = openDialog({
    title: t("users.title"),
    wide: true,
    body: loadedPart,
  });
  dialog.node.addEventListener("click", (event) => {
    const button = event.target.closest("[data-user-action]");
    if (button) changeUser(dialog, button.dataset);
  });
  await showUsers(dialog);
}

const showUsers = (dialog) => load(dialog, "/users", rows);

async function changeUser(dialog, { userAction: action, email, role }) {
  if (action === "remove") return removeDialog(email, () => showUsers(dialog));
  if (dialog.busy) return;
  dialog.setBusy(true);
  try {
    await post("/users/role", { email, role });
    dialog.setBusy(false);
    await showUsers(dialog);
  } catch (error) {
    dialog.setBusy(false);
    await showUsers(dialog); // what stood there may be why it was refused
    dialog.showError(error.message);
  }
}

function removeDialog(email, then) {
  openDialog({
    title: t("users.remove_title", { email }),
    body: html`<p>${t("users.remove_what")}</p>`,
    label: t("users.remove"),
    tone: "danger",
    submit: async () => {
      await post("/users/remove", { email });
      toast(t("users.removed", { email }));
      then();
    },
  });
}

function rows(users) {
  return html`<ul class="rows">${users.map(({ email, role, created }) => html`
    <li><span class="row-title">${email}<small>${t(`role.${role}`)} · ${t("users.since", { time: dayAndTime(created) })}</small></span>
      <button type="button" class="button small" data-user-action="role" data-email="${email}" data-role="${role === "admin" ? "user" : "admin"}">
        ${t(role === "admin" ? "users.make_user" : "users.make_admin")}</button>
      <button type="button" class="button small plain" data-action="tokens" data-email="${email}">${t("tokens.short")}</button>
      ${email !== state.me.email && html`<button type="button" class="button small plain" data-user-action="remove" data-email="${email}">${t("users.remove")}</button>`}
    </li>`)}</ul>`;
}
