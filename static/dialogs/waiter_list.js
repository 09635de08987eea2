// The people in a queue, in order, with what each asked for. Admins can remove them.
import { dayAndTime, duration, HOUR } from "../format.js";
import { html } from "../html.js";
import { t } from "../i18n.js";
import { isAdmin, state } from "../state.js";

const VISIBLE_ROWS = 4; // a longer list scrolls, and must be focusable for that

/** Return the markup of the list. `target`: the `{vm}` or `{group}` that has the queue. */
export function waiterList(queue, target) {
  if (!queue.length) return html`<p class="muted">${t("queue.nobody")}</p>`;
  return html`<ol class="waiter-list" ${queue.length > VISIBLE_ROWS && html`tabindex="0"`}>${queue.map((waiter) => html`
    <li class="${waiter.email === state.me.email && "me"}"><span class="waiter">${waiterName(waiter)}<small>${requestText(waiter)}</small></span>
      ${isAdmin() && waiter.email !== state.me.email && queueButton("remove-waiter", target, html`data-email="${waiter.email}"
        aria-label="${t("queue.remove")}: ${waiter.email}"`, t("queue.remove"))}</li>`)}</ol>`;
}

/** Return a small button for an action on that queue. */
export const queueButton = (action, { vm, group }, attributes, text) => html`
  <button type="button" class="button small plain" data-action="${action}" data-needs-connection data-keeps-open
    ${vm === undefined ? html`data-group="${group}"` : html`data-vm="${vm}"`} ${attributes}>${text}</button>`;

const waiterName = ({ email }) => (email === state.me.email ? html`<b class="is-mine">${t("queue.you")}</b>` : email);

export function requestText({ hours, auto, since, count }) {
  return [
    count > 1 && t("queue.machines", { n: count }),
    t("queue.for", { time: duration(hours * HOUR) }),
    auto && t("queue.auto_short"),
    since && t("queue.since", { time: dayAndTime(since) }),
  ].filter(Boolean).join(" · ");
}
