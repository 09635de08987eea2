// The dialog that lists and revokes API tokens. Admins can open it for any user.
import { remove } from "../api.js";
import { base } from "../base.js";
import { now } from "../clock.js";
import { dayAndTime, exactTime } from "../format.js";
import { html } from "../html.js";
import { t } from "../i18n.js";
import { state } from "../state.js";
import { toast } from "../views/toasts.js";
import { openDialog } from "./dialog.js";
import { load, loadedPart } from "./loaded_part.js";
import { newTokenDialog } from "./new_token.js";

/** Open the tokens of that user; without `email`, the user's own. */
export async function tokensDialog(email) {
  const own = !email || email === state.me.email;
  const dialog = openDialog({
    title: t("tokens.title"),
    subtitle: own ? t("tokens.what") : email,
    wide: true,
    body: html`${loadedPart}
      ${own && html`<p><a href="${base}/docs">${t("tokens.docs")}</a></p>`}`,
    extraButtons: own && html`<button type="button" class="button primary" data-new-token>${t("tokens.new")}</button>`,
  });
  const reload = () => load(dialog, own ? "/tokens" : `/tokens?email=${encodeURIComponent(email)}`, content);
  dialog.node.addEventListener("click", (event) => {
    const { newToken, revoke, name } = event.target.closest("button")?.dataset ?? {};
    if (newToken !== undefined) newTokenDialog(reload);
    if (revoke) revokeDialog(revoke, name, reload);
  });
  await reload();
}

const content = (tokens) => (tokens.length ? rows(tokens) : html`<p class="muted">${t("tokens.none")}</p>`);

function rows(tokens) {
  return html`<ul class="rows">${tokens.map(({ id, name, created, expires, used }) => html`
    <li><span class="row-title">${name}<small>
        <span title="${exactTime(created)}">${t("tokens.made", { time: dayAndTime(created) })}</span> ·
        <span title="${exactTime(expires)}" class="${isExpired(expires) && "expired"}">${t(isExpired(expires) ? "tokens.expired" : "tokens.expires", { time: dayAndTime(expires) })}</span> ·
        <span title="${used && exactTime(used)}">${used ? t("tokens.used", { time: dayAndTime(used) }) : t("tokens.unused")}</span></small></span>
      <button type="button" class="button small plain" data-revoke="${id}" data-name="${name}"
        aria-label="${t("tokens.revoke")}: ${name}">${t("tokens.revoke")}</button></li>`)}</ul>`;
}

const isExpired = (instant) => Date.parse(instant) <= now();

function revokeDialog(id, name, then) {
  openDialog({
    title: t("tokens.revoke_title", { name }),
    body: html`<p>${t("tokens.revoke_what")}</p>`,
    label: t("tokens.revoke"),
    tone: "danger",
    submit: async () => {
      await remove(`/tokens/${encodeURIComponent(id)}`);
      toast(t("tokens.revoked", { name }));
      then();
    },
  });
}
