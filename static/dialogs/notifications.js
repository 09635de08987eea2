// The last notifications of mine: a click opens the machine.
import { dayAt, exactly } from "../format.js";
import { forgetAll, heard, markSeen, onHeard } from "../notification_inbox.js";
import { fill, html } from "../html.js";
import { t } from "../i18n.js";
import { state } from "../state.js";
import { openDialog } from "./dialog.js";

export function heardDialog() {
  const dialog = openDialog({
    title: t("heard.title"),
    sub: t("heard.what"),
    body: html`<div data-heard></div>`,
    extra: html`<button type="button" class="button" data-forget>${t("heard.clear")}</button>`,
  });
  const stop = onHeard(() => show(dialog));
  dialog.node.addEventListener("close", stop);
  dialog.node.addEventListener("click", ({ target }) => {
    if (target.closest("[data-forget]")) { forgetAll(); dialog.part(".close").focus(); }
    if (target.closest("[data-act='open']")) dialog.close();
  });
  show(dialog);
  markSeen();
}

function show(dialog) {
  const notices = heard();
  const shown = new Set([...dialog.node.querySelectorAll(".new")].map(({ dataset }) => dataset.at)); // stay new while they are looked at
  dialog.part("[data-forget]").hidden = !notices.length;
  dialog.refill("[data-heard]", notices.length
    ? html`<ul class="rows heard">${notices.map((notice) => row(notice, shown))}</ul>`
    : html`<p class="muted">${t("heard.none")}</p>`);
}

function row({ at, msg, vm, seen }, shown) {
  const said = html`<span class="msg">${msg}</span><small title="${exactly(at)}">${dayAt(at)}</small>`;
  return html`<li class="${(!seen || shown.has(String(at))) && "new"}" data-at="${at}">${state.vms.has(vm)
    ? html`<button type="button" data-act="open" data-vm="${vm}">${said}</button>` : said}</li>`;
}
