// API tokens: which there are, when each was last used, revoking. Admins see those of anybody.
import { get, remove } from "../api.js";
import { dayAt, exactly, now } from "../format.js";
import { fill, html } from "../html.js";
import { t } from "../i18n.js";
import { state } from "../state.js";
import { toast } from "../views/toasts.js";
import { openDialog } from "./dialog.js";
import { newTokenDialog } from "./new_token.js";

/** Without an address, one's own. */
export async function tokensDialog(email) {
  const own = !email || email === state.me.email;
  const dialog = openDialog({
    title: t("tokens.title"),
    sub: own ? t("tokens.what") : email,
    broad: true,
    body: html`<div data-rows aria-busy="true"><span class="spinner"></span></div>
      ${own && html`<p><a href="/docs">${t("tokens.docs")}</a></p>`}`,
    extra: own && html`<button type="button" class="button primary" data-new>${t("tokens.new")}</button>`,
  });
  const again = () => list(dialog, own ? "/tokens" : `/tokens?email=${encodeURIComponent(email)}`);
  dialog.node.addEventListener("click", (event) => {
    const { new: fresh, revoke, name } = event.target.closest("button")?.dataset ?? {};
    if (fresh !== undefined) newTokenDialog(again);
    if (revoke) revokeDialog(revoke, name, again);
  });
  await again();
}

async function list(dialog, path) {
  const place = dialog.part("[data-rows]");
  try {
    const tokens = await get(path);
    fill(place, tokens.length ? rows(tokens) : html`<p class="muted">${t("tokens.none")}</p>`);
  } catch (error) {
    fill(place, html`<p class="muted">${t("tokens.none")}</p>`);
    dialog.fail(error.message);
  }
  place.removeAttribute("aria-busy");
}

function rows(tokens) {
  return html`<ul class="rows">${tokens.map(({ id, name, created, expires, used }) => html`
    <li><span class="who">${name}<small>
        <span title="${exactly(created)}">${t("tokens.made", { time: dayAt(created) })}</span> ·
        <span title="${exactly(expires)}" class="${isOver(expires) && "over"}">${t(isOver(expires) ? "tokens.expired" : "tokens.expires", { time: dayAt(expires) })}</span> ·
        <span title="${used && exactly(used)}">${used ? t("tokens.used", { time: dayAt(used) }) : t("tokens.unused")}</span></small></span>
      <button type="button" class="button small plain" data-revoke="${id}" data-name="${name}"
        aria-label="${t("tokens.revoke")}: ${name}">${t("tokens.revoke")}</button></li>`)}</ul>`;
}

const isOver = (instant) => Date.parse(instant) <= now();

function revokeDialog(id, name, then) {
  openDialog({
    title: t("tokens.revoke_title", { name }),
    body: html`<p>${t("tokens.revoke_what")}</p>`,
    label: t("tokens.revoke"),
    kind: "danger",
    submit: async () => {
      await remove(`/tokens/${encodeURIComponent(id)}`);
      toast(t("tokens.revoked", { name }));
      then();
    },
  });
}
