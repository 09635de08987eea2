// Whether the server can be reached: the page says so, and what would change something waits meanwhile.
import { state, subscribe } from "../state.js";

const banner = document.getElementById("offline");

export function mountConnection() {
  subscribe(({ online }) => {
    if (!online) return;
    document.documentElement.toggleAttribute("data-offline", !state.online);
    banner.hidden = state.online;
    markUnavailable(document);
  });
}

/** Say of every action under `root` whether it waits. */
export function markUnavailable(root) {
  for (const button of root.querySelectorAll("[data-needs-connection]")) {
    if (state.online) button.removeAttribute("aria-disabled");
    else button.setAttribute("aria-disabled", "true");
  }
}
