// Who waits, in order, with what each asked for; admins can take somebody out.
import { dayAndTime, duration, HOUR } from "../format.js";
import { html } from "../html.js";
import { t } from "../i18n.js";
import { isAdmin, state } from "../state.js";

const VISIBLE_ROWS = 4; // more than these have to be scrolled to, with the keyboard too

/** The list as markup; `place` is the `{vm}` or `{group}` that the queue belongs to. */
export function waiterList(queue, target) {
  if (!queue.length) return html`<p class="muted">${t("queue.nobody")}</p>`;
  return html`<ol class="waiter-list" ${queue.length > VISIBLE_ROWS && html`tabindex="0"`}>${queue.map((waiter) => html`
    <li class="${waiter.email === state.me.email && "me"}"><span class="waiter">${waiterName(waiter)}<small>${requestText(waiter)}</small></span>
      ${isAdmin() && waiter.email !== state.me.email && queueButton("remove-waiter", target, html`data-email="${waiter.email}"
        aria-label="${t("queue.remove")}: ${waiter.email}"`, t("queue.remove"))}</li>`)}</ol>`;
}

/** A small button that acts on the queue of `place`. */
export const queueButton = (action, { vm, group }, attributes, text) => html`
  <button type="button" class="button small plain" data-action="${action}" data-needs-connection data-keeps-open
    ${vm === undefined ? html`data-group="${group}"` : html`data-vm="${vm}"`} ${attributes}>${text}</button>`;

const waiterName = ({ email }) => (email === state.me.email ? html`<b class="is-mine">${t("queue.you")}</b>` : email);

function requestText({ hours, auto, since, count }) {
  return [
    count > 1 && t("queue.machines", { n: count }),
    t("queue.for", { time: duration(hours * HOUR) }),
    auto && t("queue.auto_short"),
    since && t("queue.since", { time: dayAndTime(since) }),
  ].filter(Boolean).join(" · ");
}
