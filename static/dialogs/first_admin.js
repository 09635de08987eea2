// Tells the first person who signs in that they are admin, and what comes next.
import { html } from "../html.js";
import { t } from "../i18n.js";
import { openDialog } from "./dialog.js";

export function firstAdminDialog() {
  openDialog({
    title: t("first_admin.title"),
    subtitle: t("first_admin.why"),
    body: html`<p>${t("first_admin.next")}</p>
      <div class="button-row">
        <button type="button" class="button primary" data-action="add-vm" data-closes data-needs-connection autofocus>${t("vm.add")}</button>
        <button type="button" class="button" data-action="create-group" data-closes data-needs-connection>${t("group.create")}</button>
        <button type="button" class="button" data-action="users" data-closes data-needs-connection>${t("users.title")}</button>
      </div>
      <p class="hint">${t("first_admin.settings")}</p>`,
  });
}
