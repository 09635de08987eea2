// The dialog with all facts and actions of one machine.
import { dayAndTime, exactTime, timeLeft } from "../format.js";
import { html, icon, setText } from "../html.js";
import { t } from "../i18n.js";
import { linked } from "../links.js";
import { renewalObstacle } from "../queue.js";
import { groupOf, isAdmin, isHeldForMe, isMine, isMyTurn, state } from "../state.js";
import { sshCommand } from "../ssh.js";
import { addressOf } from "../vm_link.js";
import { followed } from "./about.js";
import { openDialog } from "./dialog.js";
import { queueSections } from "./vm_queues.js";
import { vmTabs, wireTabs } from "./vm_tabs.js";

const TICK_MS = 1000;

/** Open the dialog and return it. */
export function vmDetailsDialog(found) {
  const vm = followed(found);
  let shownVm, shownQueue;
  const opened = openDialog({
    about: vm,
    title: () => vm.id,
    body: html`${vmTabs()}<div class="details" data-details></div><div data-history hidden></div>`,
    watch: (dialog, { times }) => {
      const current = state.vms.get(vm.id);
      if (!current) return dialog.close();
      const groupQueue = groupOf(current)?.queue;
      if (current === shownVm && groupQueue === shownQueue && !times) return;
      [shownVm, shownQueue] = [current, groupQueue];
      dialog.replacePart("[data-details]", content(current));
      for (const button of dialog.node.querySelectorAll("[data-action]:not([data-keeps-open])")) {
        button.addEventListener("click", () => dialog.close());
      }
    },
  });
  wireTabs(opened, vm);
  const timer = setInterval(() => showTimesLeft(opened.node), TICK_MS);
  opened.node.addEventListener("close", () => clearInterval(timer));
  return opened;
}

function showTimesLeft(node) {
  for (const part of node.querySelectorAll("[data-time-left]")) setText(part, timeLeft(part.dataset.timeLeft));
}

function content(vm) {
  return html`
    <dl class="fact-list">
      ${fact(t("fact.state"), stateText(vm))}
      ${timeFact(t("fact.until"), vm.expires_at)}
      ${!vm.booked_by && timeFact(t("fact.held_until"), vm.held_until)}
      ${vm.note && fact(t("fact.note"), linked(vm.note))}
      ${vm.maintenance && fact(t(vm.booked_by ? "fact.maintenance_next" : "fact.maintenance"), linked(vm.maintenance))}
      ${vm.heartbeat_minutes && fact(t("fact.heartbeat"), t("fact.heartbeat_what", { n: vm.heartbeat_minutes }))}
      ${vm.description && fact(t("fact.description"), linked(vm.description))}
      ${fact(t("fact.group"), groupOf(vm)?.name ?? t("groups.none"))}
      ${vm.former_ids && fact(t("fact.former"), [...vm.former_ids].reverse().join(", "))}
      ${vm.tags?.length ? fact(t("fact.tags"), vm.tags.map((tag) => html`<span class="tag">${tag}</span> `)) : ""}
      ${copyable(t("fact.external_ip"), vm.external_ip)}
      ${copyable(t("fact.internal_ip"), vm.internal_ip)}
      ${copyable("SSH", sshCommand(vm, state.me.email))}
    </dl>
    ${row(vmButtons(vm))}
    ${queueSections(vm)}
    <div class="button-row separated">${copyLinkButton(vm)}${isAdmin() && adminButtons(vm)}</div>`;
}

function stateText(vm) {
  if (vm.state === "maintenance") return html`<b class="is-maintenance">${t("state.maintenance")}</b>`;
  if (vm.state === "held") return heldForText(vm);
  if (!vm.booked_by) return html`<b class="is-free">${t("state.free")}</b>`;
  const who = isMine(vm) ? html`<b class="is-mine">${t("fact.mine")}</b>` : t("fact.booked_by", { who: vm.booked_by });
  return html`${who}${vm.via && ` ${t("via", { via: vm.via })}`}`;
}

function heldForText(vm) {
  if (isHeldForMe(vm)) return html`<b class="is-turn">${t(isMyTurn(vm) ? "state.turn" : "state.kept_for_you")}</b>`;
  if (!vm.held_for) return t("state.held");
  return t(vm.held_until ? "state.held_for" : "state.kept_for", { who: vm.held_for });
}

const fact = (name, value) => html`<dt>${name}</dt><dd>${value}</dd>`;

const timeFact = (name, instant) => instant && fact(name, html`${dayAndTime(instant)} (<span data-time-left="${instant}">${timeLeft(instant)}</span>)<small>${exactTime(instant)}</small>`);

const copyable = (name, text) => text && fact(name, html`
  <button type="button" class="copy" data-action="copy" data-keeps-open data-text="${text}" title="${t("copy.hint", { text })}">${text}${icon("copy")}</button>`);

const row = (buttons) => buttons.some(Boolean) && html`<div class="button-row">${buttons}</div>`;

function vmButtons(vm) {
  const mayManage = isMine(vm) || isAdmin();
  const obstacle = vm.booked_by && mayManage && renewalObstacle(vm);
  return [
    vm.state === "free" && actionButton("book", vm, "primary"),
    isMyTurn(vm) && [actionButton("take", vm, "primary"), actionButton("pass", vm)],
    vm.state === "held" && !isHeldForMe(vm) && isAdmin() && actionButton("book", vm),
    vm.booked_by && mayManage && !obstacle && actionButton("renew", vm, isMine(vm) && "primary"),
    vm.booked_by && mayManage && actionButton("release", vm),
    vm.booked_by && mayManage && [actionButton("note", vm), actionButton("hand-over", vm)],
    obstacle && html`<span class="obstacle">${obstacle}</span>`,
  ];
}

const adminButtons = (vm) => [
  actionButton("edit-vm", vm, "small"),
  actionButton(vm.maintenance ? "back-in-service" : "out-of-service", vm, "small"),
  vm.group !== null && actionButton("take-out", vm, "small"),
  actionButton("delete-vm", vm, "small destructive"),
];

const copyLinkButton = ({ id }) => html`
  <button type="button" class="button small" data-action="copy" data-keeps-open data-text="${addressOf(id)}">${t("linked.copy")}</button>`;

const actionButton = (action, vm, classes = "") => html`
  <button type="button" class="button ${classes}" data-action="${action}" data-needs-connection data-vm="${vm.id}">${t(`act.${action}`)}</button>`;
