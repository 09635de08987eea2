// Everything about one machine, and everything that can be done with it.
import { dayAt, exactly, timeLeft } from "../format.js";
import { fill, html, icon } from "../html.js";
import { t } from "../i18n.js";
import { groupOf, isAdmin, isMine, state } from "../state.js";
import { openDialog } from "./dialog.js";

export function machineDialog(vm) {
  let shown;
  openDialog({
    title: vm.id,
    body: html`<div class="facts-and-choices" data-facts></div>`,
    watch: (dialog) => {
      const present = state.vms.get(vm.id);
      if (!present) return dialog.close();
      if (present === shown) return;
      shown = present;
      fill(dialog.part("[data-facts]"), content(present));
      for (const button of dialog.node.querySelectorAll("[data-act]:not(.copy)")) {
        button.addEventListener("click", () => dialog.close());
      }
    },
  });
}

function content(vm) {
  return html`
    <dl class="facts">
      ${fact(t("fact.state"), stateOf(vm))}
      ${vm.expires_at && fact(t("fact.until"), html`${dayAt(vm.expires_at)} (${timeLeft(vm.expires_at)})<small>${exactly(vm.expires_at)}</small>`)}
      ${vm.note && fact(t("fact.note"), vm.note)}
      ${vm.description && fact(t("fact.description"), vm.description)}
      ${fact(t("fact.group"), groupOf(vm)?.name ?? t("groups.none"))}
      ${vm.tags?.length ? fact(t("fact.tags"), vm.tags.map((tag) => html`<span class="tag">${tag}</span> `)) : ""}
      ${copyable(t("fact.external_ip"), vm.external_ip)}
      ${copyable(t("fact.internal_ip"), vm.internal_ip)}
      ${copyable("SSH", (vm.external_ip || vm.internal_ip) && `ssh ${sshUser()}@${vm.external_ip || vm.internal_ip}`)}
    </dl>
    <div class="choices">${choices(vm)}</div>
    ${isAdmin() && html`<div class="choices apart">${adminChoices(vm)}</div>`}`;
}

function stateOf(vm) {
  if (!vm.booked_by) return html`<b class="is-free">${t("state.free")}</b>`;
  return isMine(vm) ? html`<b class="is-mine">${t("fact.mine")}</b>` : t("fact.booked_by", { who: vm.booked_by });
}

const fact = (name, value) => html`<dt>${name}</dt><dd>${value}</dd>`;

const copyable = (name, text) => text && fact(name, html`
  <button type="button" class="copy" data-act="copy" data-text="${text}" title="${t("copy.hint", { text })}">${text}${icon("copy")}</button>`);

/** People name their machines' accounts after themselves more often than not. */
const sshUser = () => (state.me.email ?? "user").split("@")[0];

function choices(vm) {
  const may = isMine(vm) || isAdmin();
  return [
    !vm.booked_by && choice("book", vm, "primary"),
    vm.booked_by && may && choice("renew", vm, isMine(vm) && "primary"),
    vm.booked_by && may && choice("release", vm),
  ];
}

const adminChoices = (vm) => [
  choice("edit-vm", vm, "small"),
  vm.group !== null && choice("take-out", vm, "small"),
  choice("delete-vm", vm, "small risky"),
];

const choice = (act, vm, kind = "") => html`
  <button type="button" class="button ${kind}" data-act="${act}" data-acts data-vm="${vm.id}">${t(`act.${act}`)}</button>`;
