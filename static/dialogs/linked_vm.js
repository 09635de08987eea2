// Opens the dialog of the machine that the page's address names. The name goes from the address when the dialog is closed.
import { vmsNamed } from "../find_vm.js";
import { html, isRendered } from "../html.js";
import { t } from "../i18n.js";
import { isClosed } from "../state.js";
import { cards } from "../views/card.js";
import { forgetLink, linkedName } from "../vm_link.js";
import { openDialog } from "./dialog.js";
import { vmDetailsDialog } from "./vm_details.js";

let shown = null; // {name, node} of the dialog that the address names

/** Open it, unless the address names no machine, or one whose dialog is open already. */
export function followLink() {
  const name = linkedName();
  if (!name || name === shown?.name || isClosed()) return;
  const { node } = dialogFor(name, vmsNamed(name));
  const opened = shown = { name, node };
  const leave = () => {
    removeEventListener("popstate", followAddress);
    if (shown === opened) shown = null;
  };
  const followAddress = () => { if (linkedName() !== name) { leave(); node.close(); } };
  addEventListener("popstate", followAddress);
  node.addEventListener("close", () => { // comes later: the address may name the machine again by then
    if (shown === opened && linkedName() === name) forgetLink();
    leave();
  });
}

function dialogFor(name, found) {
  if (found.length !== 1) return missingDialog(name, found);
  focusCard(found[0].id);
  return vmDetailsDialog(found[0]);
}

/** Focus the machine on the board, or the board if it is not shown: the focus returns there when the dialog is closed. */
function focusCard(id) {
  const name = cards.get(id)?.name;
  if (name && isRendered(name)) name.focus();
  else document.getElementById("board").focus({ preventScroll: true });
}

function missingDialog(name, found) {
  return openDialog({
    title: t("linked.missing_title"),
    body: found.length
      ? html`<p>${t("linked.several", { name })}</p><div class="button-row">${found.map(({ id }) => html`
          <button type="button" class="button small" data-action="open" data-closes data-vm="${id}">${id}</button>`)}</div>`
      : html`<p>${t("linked.missing", { name })}</p>`,
    extraButtons: html`<button type="button" class="button primary close">${t("nav.to_board")}</button>`,
  });
}
