// The dialog with the last notifications of the user. A click on one opens its machine.
import { dayAndTime, exactTime } from "../format.js";
import { clearInbox, inbox, markAllRead, onInboxChange } from "../notification_inbox.js";
import { html } from "../html.js";
import { t } from "../i18n.js";
import { loadSentences, notificationText } from "../sentences.js";
import { newNames, state } from "../state.js";
import { canUndo } from "../undo.js";
import { openDialog } from "./dialog.js";

export function notificationsDialog() {
  const dialog = openDialog({
    title: t("heard.title"),
    subtitle: t("heard.what"),
    body: html`<div data-inbox></div>`,
    watch: (opened, { times }) => times && show(opened),
    extraButtons: html`<button type="button" class="button" data-clear>${t("heard.clear")}</button>`,
  });
  const unsubscribe = onInboxChange(() => show(dialog));
  dialog.node.addEventListener("close", unsubscribe);
  dialog.node.addEventListener("click", ({ target }) => {
    if (target.closest("[data-clear]")) { clearInbox(); dialog.part(".close").focus(); }
    if (target.closest("[data-action='open']")) dialog.close();
  });
  show(dialog);
  markAllRead();
  loadSentences().then(() => show(dialog));
}

function show(dialog) {
  const notifications = inbox();
  // Stay marked while the dialog is open
  const shownAsUnread = new Set([...dialog.node.querySelectorAll(".unread")].map(({ dataset }) => dataset.at));
  const renamed = newNames(notifications.map(({ vm }) => vm));
  dialog.part("[data-clear]").hidden = !notifications.length;
  dialog.replacePart("[data-inbox]", notifications.length
    ? html`<ul class="rows notification-list">${notifications.map((notification) => row(notification, renamed, shownAsUnread))}</ul>`
    : html`<p class="muted">${t("heard.none")}</p>`);
}

function row(notification, renamed, shownAsUnread) {
  const { at, msg, vm, seen, facts } = notification;
  const id = renamed.get(vm) ?? vm;
  const text = html`<span class="message">${notificationText({ msg, ...facts })}</span><small title="${exactTime(at)}">${dayAndTime(at)}</small>
    ${canUndo(notification) && undoButton(notification)}`;
  return html`<li class="${(!seen || shownAsUnread.has(String(at))) && "unread"}" data-at="${at}">${state.vms.has(id)
    ? html`<button type="button" data-action="open" data-vm="${id}">${text}</button>` : text}</li>`;
}

const undoButton = ({ at, msg, facts }) => html`<button type="button" class="button small" data-action="undo-deletion" data-at="${at}"
  data-needs-connection aria-label="${t("act.undo")}: ${notificationText({ msg, ...facts })}">${t("act.undo")}</button>`;
