// Who waits, in order, with what each asked for; admins can take somebody out.
import { amount, dayAt, HOUR } from "../format.js";
import { html } from "../html.js";
import { t } from "../i18n.js";
import { isAdmin, state } from "../state.js";

const SEEN = 4; // more than these have to be scrolled to, with the keyboard too

/** The list as markup; `place` is the `{vm}` or `{group}` that the queue belongs to. */
export function waiters(queue, place) {
  if (!queue.length) return html`<p class="muted">${t("queue.nobody")}</p>`;
  return html`<ol class="waiters" ${queue.length > SEEN && html`tabindex="0"`}>${queue.map((waiter) => html`
    <li class="${waiter.email === state.me.email && "me"}"><span class="who">${nameOf(waiter)}<small>${wish(waiter)}</small></span>
      ${isAdmin() && waiter.email !== state.me.email && button("remove-waiter", place, html`data-email="${waiter.email}"
        aria-label="${t("queue.remove")}: ${waiter.email}"`, t("queue.remove"))}</li>`)}</ol>`;
}

/** A small button that acts on the queue of `place`. */
export const button = (act, { vm, group }, more, text) => html`
  <button type="button" class="button small plain" data-act="${act}" data-acts data-stay
    ${vm === undefined ? html`data-group="${group}"` : html`data-vm="${vm}"`} ${more}>${text}</button>`;

const nameOf = ({ email }) => (email === state.me.email ? html`<b class="is-mine">${t("queue.you")}</b>` : email);

function wish({ hours, auto, since, count }) {
  return [
    count > 1 && t("queue.machines", { n: count }),
    t("queue.for", { time: amount(hours * HOUR) }),
    auto && t("queue.auto_short"),
    since && t("queue.since", { time: dayAt(since) }),
  ].filter(Boolean).join(" · ");
}
