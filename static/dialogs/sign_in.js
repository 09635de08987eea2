// Signing in: the email, then the code. With LOADZONE_AUTH=trust the email is enough.
import { ApiError, post } from "../api.js";
import { awaitedCode, noteCode } from "../awaited_code.js";
import { html } from "../html.js";
import { t } from "../i18n.js";
import { forgetInvitation, invitedEmail } from "../invited.js";
import { reconnect, refresh } from "../live.js";
import { isAdmin, state } from "../state.js";
import { toast } from "../views/toasts.js";
import { openDialog } from "./dialog.js";
import { field } from "./field.js";
import { firstAdminDialog } from "./first_admin.js";

/**
 * Open the dialog, for the code if one is awaited already. `then` continues what the user wanted to do before signing in;
 * a reload forgets that.
 */
export function signInDialog(then) {
  const asked = awaitedCode();
  if (asked) codeDialog(asked, then);
  else emailDialog(then);
}

function emailDialog(then) {
  openDialog({
    title: t("sign_in.title"),
    subtitle: t(howToSignIn()),
    body: html`${state.me.first_admin && html`<p class="notice">${t("sign_in.first_admin")}</p>`}
      ${field("email", t("sign_in.email"), {
      value: invitedEmail(), type: "email", maxlength: 254, autofocus: true, placeholder: "ann@example.com", inputmode: "email", autocomplete: "email",
    })}`,
    label: t("sign_in.next"),
    submit: async (dialog) => {
      const email = dialog.value("email").toLowerCase();
      const answer = await post("/auth", { email });
      if (answer.status === "ok") return finishSignIn(answer, then);
      codeDialog({ email, inLog: answer.in_log, at: Date.now() }, then);
    },
  });
}

function howToSignIn() {
  if (state.settings.auth === "trust") return "sign_in.trusted";
  return state.settings.codes_in_log ? "sign_in.how_in_log" : "sign_in.how";
}

function codeDialog(asked, then) {
  const { email, inLog } = asked;
  const dialog = openDialog({
    title: t("sign_in.code_title"),
    subtitle: t(inLog ? "sign_in.code_in_log" : "sign_in.code_sent", { email }),
    body: html`<div class="field"><label for="f-code">${t("sign_in.code")}</label>
      <input class="input code" id="f-code" name="code" inputmode="numeric" autocomplete="one-time-code" maxlength="12"
        placeholder="000000" autofocus></div>
      <p><button type="button" class="button small plain" data-start-over>${t("sign_in.again")}</button></p>`,
    label: t("sign_in.submit"),
    submit: async (opened) => {
      const code = opened.value("code").replace(/\D/g, "");
      if (code.length !== 6) throw new ApiError(t("sign_in.six_digits"), "bad_input", { field: "code" });
      opened.form.elements.code.select(); // typing replaces a wrong code
      await finishSignIn(await giveCode(email, code), then);
    },
  });
  noteCode({ ...asked, open: true });
  const followOtherTabs = () => awaitedCode() || leaveIfSignedIn(dialog);
  addEventListener("storage", followOtherTabs);
  dialog.node.addEventListener("close", () => {
    removeEventListener("storage", followOtherTabs);
    if (awaitedCode()) noteCode({ ...asked, open: false });
  });
  dialog.part("[data-start-over]").addEventListener("click", () => { noteCode(null); dialog.close(); emailDialog(then); });
  const input = dialog.form.elements.code;
  input.addEventListener("input", () => input.value.replace(/\D/g, "").length === 6 && dialog.form.requestSubmit());
}

/** Send the code. One that is used, expired or tried too often is awaited no longer. */
async function giveCode(email, code) {
  try {
    const answer = await post("/auth", { email, code });
    noteCode(null);
    return answer;
  } catch (error) {
    if (error.code === "code_expired" || (error.code === "wrong_code" && !error.details.tries_left)) noteCode(null);
    throw error;
  }
}

/** Close the dialog if the code was given in another tab. */
async function leaveIfSignedIn(dialog) {
  await refresh();
  if (!state.me.authenticated) return;
  reconnect();
  dialog.close();
}

async function finishSignIn({ email }, then) {
  const nobodyBefore = state.me.first_admin;
  await refresh();
  reconnect();
  toast(t("sign_in.done", { email }));
  if (!state.me.authenticated) return;
  forgetInvitation();
  const next = nobodyBefore && isAdmin() ? firstAdminDialog : then;
  if (next) setTimeout(next); // after this dialog has closed
}
