// All dialogs are opened here. A dialog shows its own errors and sends nothing twice.
import { element, fill, html, icon, setText } from "../html.js";
import { t } from "../i18n.js";
import { state, subscribe } from "../state.js";
import { markUnavailable } from "../views/connection.js";
import { raiseToasts } from "../views/toasts.js";
import { followName } from "./about.js";
import { followClosing } from "./closing.js";
import { mistakesOf } from "./field.js";
import { rememberOpener, restoreFocus } from "./focus.js";
import { followCorrections, hideMistakes, showMistakes } from "./mistakes.js";

let dialogCount = 0;

/**
 * Open a dialog and return it. `submit(dialog)` runs when the form is sent; then the dialog closes, unless `submit`
 * returns false or throws. A dialog without `submit` has no form to send. `watch(dialog, changed)` runs after every change of
 * the state. A `persistent` dialog never closes at a click beside it, another only while nothing in it is changed. `tone` is
 * the class of the send button. `about` is the machine that `title`, then a function, and `watch` are about (about.js).
 */
export function openDialog({ title, subtitle, body, submit, label, tone = "primary", wide, persistent, watch, about, extraButtons }) {
  const id = `dialog-${++dialogCount}`;
  const node = element(html`
    <dialog class="${wide ? "wide" : ""}" aria-labelledby="${id}">
      <form method="dialog" novalidate>
        <header>
          <div><h2 id="${id}">${about ? title() : title}</h2>${subtitle && html`<p class="subtitle">${subtitle}</p>`}</div>
          <button type="button" class="icon-button close" aria-label="${t("act.close")}">${icon("close")}</button>
        </header>
        <div class="body"><div data-meanwhile role="status"></div>${body}</div>
        <p class="error" role="alert" hidden></p>
        ${submit && html`<div data-question></div><div data-no-connection role="status"></div>`}
        ${(submit || extraButtons) && html`<footer>${extraButtons}${submit && html`<button type="button" class="button plain close">${t("act.cancel")}</button>
          <button class="button ${tone} send">${label}</button>`}</footer>`}
      </form>
    </dialog>`);
  const dialog = new Dialog(node, { submit, watch, persistent, about, title });
  document.body.append(node);
  rememberOpener(node);
  node.showModal();
  raiseToasts();
  const first = tone === "danger" ? "footer .close" : ".send"; // Enter alone must not do what cannot be undone
  (node.querySelector("[autofocus]") ?? node.querySelector(first) ?? node.querySelector(".close")).focus();
  dialog.stateChanged();
  markUnavailable(node);
  return dialog;
}

export class Dialog {
  constructor(node, { submit, watch, about, title, persistent }) {
    Object.assign(this, { node, submit, about, title, blocked: false, busy: false });
    this.watch = watch; // in a line of its own, so that the linter of old browsers knows it
    this.form = node.querySelector("form");
    this.body = node.querySelector(".body");
    this.send = node.querySelector(".send");
    this.box = node.querySelector(".error");
    this.unsubscribe = subscribe((changed) => this.stateChanged(changed));
    node.addEventListener("close", () => this.onClosed());
    followClosing(this, persistent);
    followCorrections(this);
    this.form.addEventListener("submit", (event) => { event.preventDefault(); this.onSubmit(); });
  }

  close() { if (!this.busy) this.node.close(); }

  /** Return the value of the field of that name, trimmed. */
  value(name) { return new FormData(this.form).get(name)?.trim() ?? ""; }

  values(name) { return new FormData(this.form).getAll(name); }

  part(selector) { return this.node.querySelector(selector); }

  showError(message) { showMistakes(this, [{ text: message }]); }

  /** Ask something before the next try, in sight however long the dialog is. It stays asked, and answered. */
  ask(question) { fill(this.part("[data-question]"), question); }

  /** Disable sending and show why: the state has changed meanwhile. null enables it again. `offer`: markup of what to do instead. */
  block(message, offer) {
    this.blocked = message !== null;
    let notice = this.part("[data-obstacle]");
    if (message === null) notice?.remove();
    else {
      notice ??= this.body.appendChild(element(html`<div class="notice" data-obstacle role="status"><p></p></div>`));
      setText(notice.firstElementChild, message);
      if (offer && notice.children.length === 1) notice.append(element(offer));
    }
    this.updateSendButton();
  }

  /** Replace the content of a part. The focus stays on the control with the same action, or else in the dialog. */
  replacePart(selector, markup) {
    const container = this.part(selector);
    const { activeElement: focused } = document;
    const sameAction = () => [...container.querySelectorAll(`[data-action="${focused.dataset.action}"]`)];
    const index = container.contains(focused) ? sameAction().indexOf(focused) : null;
    fill(container, markup);
    if (index !== null) (sameAction()[index] ?? this.part(".close")).focus();
  }

  async onSubmit() {
    if (!this.submit || this.busy || this.blocked || !state.online) return;
    this.setBusy(true);
    try {
      const done = await this.submit(this);
      this.setBusy(false);
      if (done !== false) this.close();
    } catch (error) {
      this.setBusy(false);
      showMistakes(this, mistakesOf(error, this.form), error.code === "not_signed_in" && signInButton());
      this.stateChanged();
    }
  }

  setBusy(busy) {
    this.busy = busy;
    hideMistakes(this);
    this.form.setAttribute("aria-busy", String(busy));
    if (this.send) {
      if (busy) this.sendLabel = this.send.textContent;
      fill(this.send, busy ? html`<span class="spinner" aria-hidden="true"></span>${this.sendLabel}` : html`${this.sendLabel}`);
    }
    this.updateSendButton();
  }

  updateSendButton() {
    if (!this.send) return;
    this.send.disabled = this.busy || this.blocked || !state.online;
    setText(this.part("[data-no-connection]"), state.online ? "" : t("offline.dialog"));
  }

  /** Call `watch`, except during a call: its own change arrives over the socket and must not block the dialog. */
  stateChanged(changed = {}) {
    if (this.about) followName(this.about);
    if (this.about) setText(this.part("h2"), this.title());
    if (changed.me && state.me.authenticated && this.part(".error [data-action=sign-in]")) hideMistakes(this); // signed in since
    if (!this.busy) this.watch?.(this, changed);
    this.updateSendButton();
  }

  onClosed() {
    this.unsubscribe();
    this.node.remove();
    restoreFocus(this.node);
  }
}

/** After signing out in another tab, the user can sign in from the dialog and keeps what was typed. */
const signInButton = () => html`<button type="button" class="button small" data-action="sign-in">${t("sign_in")}</button>`;
