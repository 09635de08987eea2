// More machines than one person may have: an admin is asked, anybody else is refused.
import { html } from "../html.js";
import { t } from "../i18n.js";
import { isAdmin } from "../state.js";

export const bookWithinLimit = (dialog, book) => withinLimit(dialog, t("book.over_limit"), book);

/** Return what `call(force)` returns. An admin who was refused for the limit is asked, and `force` goes over it then. */
export async function withinLimit(dialog, question, call) {
  try {
    return await call(dialog.value("force") === "yes" ? { force: true } : {});
  } catch (error) {
    if (error.code === "over_limit" && isAdmin()) askForForce(dialog, question);
    throw error;
  }
}

function askForForce(dialog, question) {
  if (dialog.part("[name=force]")) return;
  dialog.ask(html`<label class="check"><input type="checkbox" name="force" value="yes"><span>${question}</span></label>`);
}
