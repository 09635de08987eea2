// Everybody who ever signed in: admins make admins, and remove people.
import { get, post } from "../api.js";
import { dayAt } from "../format.js";
import { fill, html } from "../html.js";
import { t } from "../i18n.js";
import { state } from "../state.js";
import { toast } from "../views/toasts.js";
import { openDialog } from "./dialog.js";

export async function usersDialog() {
  const dialog = openDialog({
    title: t("users.title"),
    broad: true,
    body: html`<div data-rows aria-busy="true"><span class="spinner"></span></div>`,
  });
  dialog.node.addEventListener("click", (event) => {
    const button = event.target.closest("[data-do]");
    if (button) change(dialog, button.dataset);
  });
  await list(dialog);
}

async function list(dialog) {
  try {
    fill(dialog.part("[data-rows]"), rows(await get("/users")));
  } catch (error) {
    dialog.fail(error.message);
  }
  dialog.part("[data-rows]").removeAttribute("aria-busy");
}

async function change(dialog, { do: what, email, role }) {
  if (what === "remove") return removeDialog(email, () => list(dialog));
  if (dialog.busy) return;
  dialog.working(true);
  try {
    await post("/users/role", { email, role });
    dialog.working(false);
    await list(dialog);
  } catch (error) {
    dialog.working(false);
    dialog.fail(error.message);
  }
}

function removeDialog(email, then) {
  openDialog({
    title: t("users.remove_title", { email }),
    body: html`<p>${t("users.remove_what")}</p>`,
    label: t("users.remove"),
    kind: "danger",
    submit: async () => {
      await post("/users/remove", { email });
      toast(t("users.removed", { email }));
      then();
    },
  });
}

function rows(users) {
  return html`<ul class="rows">${users.map(({ email, role, created }) => html`
    <li><span class="who">${email}<small>${t(`role.${role}`)} · ${t("users.since", { time: dayAt(created) })}</small></span>
      <button type="button" class="button small" data-do="role" data-email="${email}" data-role="${role === "admin" ? "user" : "admin"}">
        ${t(role === "admin" ? "users.make_user" : "users.make_admin")}</button>
      <button type="button" class="button small plain" data-act="tokens" data-email="${email}">${t("tokens.short")}</button>
      ${email !== state.me.email && html`<button type="button" class="button small plain" data-do="remove" data-email="${email}">${t("users.remove")}</button>`}
    </li>`)}</ul>`;
}
