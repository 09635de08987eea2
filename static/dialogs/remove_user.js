// The dialog in which an admin removes a person, and may have a pseudonym take the place of their name.
import { post } from "../api.js";
import { html } from "../html.js";
import { t } from "../i18n.js";
import { toast } from "../views/toasts.js";
import { openDialog } from "./dialog.js";

/** Ask whether to remove the person; call `then()` afterwards. */
export function removeUserDialog(email, then) {
  const dialog = openDialog({
    title: t("users.remove_title", { email }),
    body: html`<p>${t("users.remove_what")}</p>
      <label class="check"><input type="checkbox" name="pseudonym" value="yes" aria-describedby="pseudonym-hint"><span>${t("users.pseudonym")}</span></label>
      <p class="hint" id="pseudonym-hint">${t("users.pseudonym_hint")}</p>`,
    label: t("users.remove"),
    tone: "danger",
    submit: async () => {
      const wanted = dialog.value("pseudonym") === "yes";
      const { pseudonym } = await post("/users/remove", wanted ? { email, pseudonym: true } : { email });
      toast(pseudonym ? t("users.removed_as", { email, pseudonym }) : t("users.removed", { email }));
      then();
    },
  });
}
