// Booking more machines than one person may have: an admin is asked, anybody else is refused.
import { html } from "../html.js";
import { t } from "../i18n.js";
import { isAdmin } from "../state.js";

/** Return what `book(force)` returns. An admin who was refused for the limit is asked, and `force` goes over it then. */
export async function bookWithinLimit(dialog, book) {
  try {
    return await book(dialog.value("force") === "yes" ? { force: true } : {});
  } catch (error) {
    if (error.code === "over_limit" && isAdmin()) askForForce(dialog);
    throw error;
  }
}

function askForForce(dialog) {
  if (dialog.part("[name=force]")) return;
  dialog.ask(html`<label class="check"><input type="checkbox" name="force" value="yes"><span>${t("book.over_limit")}</span></label>`);
}
