// The admin's dialog that invites people, and the one that says what became of it.
import { ApiError, post } from "../api.js";
import { html, icon } from "../html.js";
import { t } from "../i18n.js";
import { state } from "../state.js";
import { toast } from "../views/toasts.js";
import { openDialog } from "./dialog.js";

/** Open the dialog. `then` is called after people are invited. */
export function inviteDialog(then) {
  openDialog({
    title: t("invite.title"),
    subtitle: t(state.settings.codes_in_log ? "invite.without_mail" : "invite.by_mail"),
    body: html`<div class="field"><label for="f-emails">${t("invite.emails")}</label>
      <textarea class="input" id="f-emails" name="emails" rows="4" spellcheck="false" autocomplete="off" autofocus
        placeholder="ann@example.com, bob@example.com"></textarea>
      <span class="hint">${t("invite.hint")}</span></div>`,
    label: t("invite.send"),
    submit: async (dialog) => {
      const answer = await invite(addressesIn(dialog.value("emails")));
      then();
      if (answer.mailed && !answer.known.length) toast(t("invite.done", { n: answer.invited.length }));
      else setTimeout(() => resultDialog(answer)); // after this dialog has closed
    },
  });
}

/** Invite them. Of a refusal about one address, the error names it. */
async function invite(emails) {
  try {
    return await post("/invite", { emails });
  } catch (error) {
    const email = emails[/^emails\.(\d+)$/.exec(error.details?.field)?.[1]];
    throw email ? new ApiError(t("invite.not_address", { email }), "not_address", { field: "emails" }) : error;
  }
}

/** Return the addresses in a text, such as "Ann Lee <ann@example.com>; bob@example.com"; if it has none, its words. */
function addressesIn(text) {
  const words = text.split(/[\s,;<>()"]+/).filter(Boolean);
  const addresses = words.filter((word) => word.includes("@"));
  return addresses.length ? addresses : words;
}

function resultDialog({ invited, known, mailed }) {
  openDialog({
    title: t("invite.result", { n: invited.length }),
    wide: true,
    body: html`${invited.length > 0 && html`<p>${t(mailed ? "invite.mailed" : "invite.send_links")}</p>
        <ul class="rows">${invited.map((person) => html`<li>${mailed ? person.email : copyableLink(person)}</li>`)}</ul>`}
      ${known.length > 0 && html`<p>${t("invite.known", { emails: known.join(", ") })}</p>`}`,
    extraButtons: html`<button type="button" class="button primary" data-closes autofocus>${t("act.close")}</button>`,
  });
}

const copyableLink = ({ email, link }) => html`<div class="field"><span class="label">${email}</span>
  <button type="button" class="copy line" data-action="copy" data-text="${link}" title="${t("copy.hint", { text: link })}">
    <code>${link}</code>${icon("copy")}</button></div>`;
