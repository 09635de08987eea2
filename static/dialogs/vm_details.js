// Everything about one machine, and everything that can be done with it.
import { dayAt, exactly, timeLeft } from "../format.js";
import { html, icon } from "../html.js";
import { t } from "../i18n.js";
import { whyNotRenewed } from "../queue.js";
import { groupOf, isAdmin, isKept, isMine, isMyTurn, state } from "../state.js";
import { openDialog } from "./dialog.js";
import { queues } from "./vm_queues.js";

export function machineDialog(vm) {
  let shown, queue;
  openDialog({
    title: vm.id,
    body: html`<div class="facts-and-choices" data-facts></div>`,
    watch: (dialog) => {
      const present = state.vms.get(vm.id);
      if (!present) return dialog.close();
      const waiting = groupOf(present)?.queue;
      if (present === shown && waiting === queue) return;
      [shown, queue] = [present, waiting];
      dialog.refill("[data-facts]", content(present));
      for (const button of dialog.node.querySelectorAll("[data-act]:not([data-stay])")) {
        button.addEventListener("click", () => dialog.close());
      }
    },
  });
}

function content(vm) {
  return html`
    <dl class="facts">
      ${fact(t("fact.state"), stateOf(vm))}
      ${time(t("fact.until"), vm.expires_at)}
      ${!vm.booked_by && time(t("fact.held_until"), vm.held_until)}
      ${vm.note && fact(t("fact.note"), vm.note)}
      ${vm.maintenance && fact(t(vm.booked_by ? "fact.maintenance_next" : "fact.maintenance"), vm.maintenance)}
      ${vm.heartbeat_minutes && fact(t("fact.heartbeat"), t("fact.heartbeat_what", { n: vm.heartbeat_minutes }))}
      ${vm.description && fact(t("fact.description"), vm.description)}
      ${fact(t("fact.group"), groupOf(vm)?.name ?? t("groups.none"))}
      ${vm.tags?.length ? fact(t("fact.tags"), vm.tags.map((tag) => html`<span class="tag">${tag}</span> `)) : ""}
      ${copyable(t("fact.external_ip"), vm.external_ip)}
      ${copyable(t("fact.internal_ip"), vm.internal_ip)}
      ${copyable("SSH", (vm.external_ip || vm.internal_ip) && `ssh ${sshUser()}@${vm.external_ip || vm.internal_ip}`)}
    </dl>
    ${row(choices(vm))}
    ${queues(vm)}
    ${isAdmin() && html`<div class="choices apart">${adminChoices(vm)}</div>`}`;
}

function stateOf(vm) {
  if (vm.state === "maintenance") return html`<b class="is-out">${t("state.maintenance")}</b>`;
  if (vm.state === "held") return heldFor(vm);
  if (!vm.booked_by) return html`<b class="is-free">${t("state.free")}</b>`;
  const who = isMine(vm) ? html`<b class="is-mine">${t("fact.mine")}</b>` : t("fact.booked_by", { who: vm.booked_by });
  return html`${who}${vm.via && ` ${t("via", { via: vm.via })}`}`;
}

function heldFor(vm) {
  if (isKept(vm)) return html`<b class="is-turn">${t(isMyTurn(vm) ? "state.turn" : "state.kept_for_you")}</b>`;
  if (!vm.held_for) return t("state.held");
  return t(vm.held_until ? "state.held_for" : "state.kept_for", { who: vm.held_for });
}

const fact = (name, value) => html`<dt>${name}</dt><dd>${value}</dd>`;

const time = (name, instant) => instant && fact(name, html`${dayAt(instant)} (${timeLeft(instant)})<small>${exactly(instant)}</small>`);

const copyable = (name, text) => text && fact(name, html`
  <button type="button" class="copy" data-act="copy" data-stay data-text="${text}" title="${t("copy.hint", { text })}">${text}${icon("copy")}</button>`);

/** People name their machines' accounts after themselves more often than not. */
const sshUser = () => (state.me.email ?? "user").split("@")[0];

const row = (buttons) => buttons.some(Boolean) && html`<div class="choices">${buttons}</div>`;

function choices(vm) {
  const may = isMine(vm) || isAdmin();
  const why = vm.booked_by && may && whyNotRenewed(vm);
  return [
    vm.state === "free" && choice("book", vm, "primary"),
    isMyTurn(vm) && [choice("take", vm, "primary"), choice("pass", vm)],
    vm.state === "held" && !isKept(vm) && isAdmin() && choice("book", vm),
    vm.booked_by && may && !why && choice("renew", vm, isMine(vm) && "primary"),
    vm.booked_by && may && choice("release", vm),
    why && html`<span class="why">${why}</span>`,
  ];
}

const adminChoices = (vm) => [
  choice("edit-vm", vm, "small"),
  choice(vm.maintenance ? "back-in-service" : "out-of-service", vm, "small"),
  vm.group !== null && choice("take-out", vm, "small"),
  choice("delete-vm", vm, "small risky"),
];

const choice = (act, vm, kind = "") => html`
  <button type="button" class="button ${kind}" data-act="${act}" data-acts data-vm="${vm.id}">${t(`act.${act}`)}</button>`;
