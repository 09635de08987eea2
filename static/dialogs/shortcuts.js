// The list of keyboard shortcuts.
import { html } from "../html.js";
import { t } from "../i18n.js";
import { openDialog } from "./dialog.js";

const SHORTCUTS = {
  "/": "keys.search", "← ↑ → ↓": "keys.arrows", "Enter": "keys.enter", "X": "keys.choose", "Shift X": "keys.range",
  "A": "keys.all", "B": "keys.bar", "U": "keys.undo", "Esc": "keys.escape", "?": "keys.help",
};

export function shortcutsDialog() {
  openDialog({
    title: t("keys.title"),
    body: html`<dl class="fact-list">${Object.entries(SHORTCUTS).map(([key, text]) => html`<dt><kbd>${key}</kbd></dt><dd>${t(text)}</dd>`)}</dl>`,
  });
}
