// The machine's dialog has two parts: what the machine is, and what has happened to it. The second is for members, and is
// loaded when it is first shown.
import { html } from "../html.js";
import { t } from "../i18n.js";
import { loadView } from "../router.js";
import { state } from "../state.js";

export const vmTabs = () => state.me.authenticated && html`<div class="button-row"><span class="segmented">
  ${["details", "history"].map((tab) => html`<button type="button" data-tab="${tab}" aria-pressed="${String(tab === "details")}">${t(tab === "details" ? "history.details" : "history.title")}</button>`)}
</span></div>`;

/** Let the buttons switch between the parts, which are `[data-details]` and `[data-history]`. */
export function wireTabs(dialog, vm) {
  let end = null;
  dialog.node.addEventListener("click", ({ target }) => {
    const { tab } = target.closest("[data-tab]")?.dataset ?? {};
    if (!tab) return;
    showTab(dialog, tab);
    if (tab === "history") end ??= openHistory(dialog, vm);
  });
  dialog.node.addEventListener("close", async () => (await end)?.());
}

function showTab(dialog, tab) {
  for (const button of dialog.node.querySelectorAll("[data-tab]")) button.setAttribute("aria-pressed", String(button.dataset.tab === tab));
  dialog.part("[data-details]").hidden = tab !== "details";
  dialog.part("[data-history]").hidden = tab !== "history";
  dialog.node.classList.toggle("story", tab === "history");
}

async function openHistory(dialog, vm) {
  try {
    const { openForMachine } = await loadView("history");
    return openForMachine(dialog.part("[data-history]"), vm);
  } catch (error) {
    console.info("the history could not be loaded:", error.message);
    dialog.showError(t("page.failed"));
    return null;
  }
}
