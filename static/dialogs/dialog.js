// The one way to open a dialog: title, body, buttons; its errors are shown in it, and nothing is sent twice.
import { element, fill, html, icon, setText } from "../html.js";
import { t } from "../i18n.js";
import { state, subscribe } from "../state.js";
import { markWaiting } from "../views/connection.js";
import { followDialog } from "../views/toasts.js";
import { comeBack, leave } from "./focus.js";

let number = 0;

/**
 * Open a dialog. `submit(dialog)` runs when the form is sent: the dialog closes when it is done, stays open with what
 * was typed where it throws, and stays open too where it gives false. Without `submit` there is nothing to send.
 * `watch(dialog)` is called at every change of the state. A `firm` one does not close at a click beside it.
 */
export function openDialog({ title, sub, body, submit, label, kind = "primary", broad, firm, watch, extra }) {
  const id = `dialog-${++number}`;
  const node = element(html`
    <dialog class="${broad ? "broad" : ""}" ${firm && html`data-firm`} aria-labelledby="${id}">
      <form method="dialog" novalidate>
        <header>
          <div><h2 id="${id}">${title}</h2>${sub && html`<p class="sub">${sub}</p>`}</div>
          <button type="button" class="icon-button close" aria-label="${t("act.close")}">${icon("close")}</button>
        </header>
        <div class="body">${body}</div>
        <p class="error" role="alert" hidden></p>
        ${(submit || extra) && html`<footer>${extra}${submit && html`<button type="button" class="button plain close">${t("act.cancel")}</button>
          <button class="button ${kind} send">${label}</button>`}</footer>`}
      </form>
    </dialog>`);
  const dialog = new Dialog(node, submit, watch);
  document.body.append(node);
  leave(node);
  node.showModal();
  followDialog();
  const first = kind === "danger" ? "footer .close" : ".send"; // what cannot be undone is not one Enter away
  (node.querySelector("[autofocus]") ?? node.querySelector(first) ?? node.querySelector(".close")).focus();
  dialog.stateChanged();
  markWaiting(node);
  return dialog;
}

export class Dialog {
  constructor(node, submit, watch) {
    this.node = node;
    this.form = node.querySelector("form");
    this.body = node.querySelector(".body");
    this.send = node.querySelector(".send");
    this.submit = submit;
    this.watch = watch;
    this.blocked = false;
    this.busy = false;
    this.forget = subscribe(() => this.stateChanged());
    node.addEventListener("close", () => this.gone());
    node.addEventListener("click", (event) => {
      if ((event.target === node && !firmly(node)) || event.target.closest(".close, [data-closes]")) this.close();
    });
    this.form.addEventListener("submit", (event) => { event.preventDefault(); this.sent(); });
  }

  close() { if (!this.busy) this.node.close(); }

  /** What was typed or chosen in the field of that name. */
  value(name) { return new FormData(this.form).get(name)?.trim() ?? ""; }

  values(name) { return new FormData(this.form).getAll(name); }

  part(selector) { return this.node.querySelector(selector); }

  /** Say what is wrong, and `offer` a way on; the field it is about, where there is one, gets the focus. */
  fail(message, field, offer) {
    const error = this.part(".error");
    fill(error, html`<span>${message}</span>${offer}`);
    error.hidden = false;
    const input = field && this.form.elements[field];
    if (input?.focus) { input.setAttribute("aria-invalid", "true"); input.focus(); }
    else if (document.activeElement === document.body) this.send?.focus(); // the button lost it while it was busy
  }

  /** Something else happened meanwhile that makes sending useless; null takes that back. `offer`: what to do instead. */
  block(message, offer) {
    this.blocked = message !== null;
    let notice = this.part("[data-obstacle]");
    if (message === null) notice?.remove();
    else {
      notice ??= this.body.appendChild(element(html`<div class="notice" data-obstacle role="status"><p></p></div>`));
      setText(notice.firstElementChild, message);
      if (offer && notice.children.length === 1) notice.append(element(offer));
    }
    this.ready();
  }

  /** Fill a part anew; the focus stays on the control that does the same, or else in the dialog. */
  refill(selector, markup) {
    const place = this.part(selector);
    const { activeElement: focused } = document;
    const same = () => [...place.querySelectorAll(`[data-act="${focused.dataset.act}"]`)];
    const position = place.contains(focused) ? same().indexOf(focused) : null;
    fill(place, markup);
    if (position !== null) (same()[position] ?? this.part(".close")).focus();
  }

  async sent() {
    if (!this.submit || this.busy || this.blocked || !state.online) return;
    this.working(true);
    try {
      const done = await this.submit(this);
      this.working(false);
      if (done !== false) this.close();
    } catch (error) {
      this.working(false);
      this.fail(error.message, error.facts?.field, error.code === "not_signed_in" && signInAgain());
      this.stateChanged();
    }
  }

  working(busy) {
    this.busy = busy;
    this.part(".error").hidden = true;
    for (const input of this.form.querySelectorAll("[aria-invalid]")) input.removeAttribute("aria-invalid");
    this.form.setAttribute("aria-busy", String(busy));
    if (this.send) {
      if (busy) this.label = this.send.textContent;
      fill(this.send, busy ? html`<span class="spinner" aria-hidden="true"></span>${this.label}` : html`${this.label}`);
    }
    this.ready();
  }

  ready() { if (this.send) this.send.disabled = this.busy || this.blocked || !state.online; }

  /** While the call is under way its own change comes back over the socket, and is no obstacle. */
  stateChanged() {
    if (!this.busy) this.watch?.(this);
    this.ready();
  }

  gone() {
    this.forget();
    this.node.remove();
    comeBack(this.node);
  }
}

/** Who signed out in another tab comes back to what was typed. */
const signInAgain = () => html`<button type="button" class="button small" data-act="sign-in">${t("sign_in")}</button>`;

const firmly = (node) => node.dataset.firm !== undefined;
