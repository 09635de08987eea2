// Shows when the server cannot be reached, or cannot reach its database, and disables what needs the connection.
import { setText } from "../html.js";
import { t } from "../i18n.js";
import { state, subscribe } from "../state.js";
import { keepRoom } from "./room.js";

const banner = document.getElementById("offline");
const text = banner.lastElementChild;

export function mountConnection() {
  keepRoom(banner, "--banner-room");
  subscribe(({ online, behind }) => {
    if (online || behind) showBanner();
    if (!online) return;
    document.documentElement.toggleAttribute("data-offline", !state.online);
    markUnavailable(document);
  });
  showBanner();
}

function showBanner() {
  setText(text, t(state.online ? "behind.banner" : "offline.banner"));
  banner.hidden = state.online && !state.behind;
}

/** Mark the buttons under `root` that need the connection as disabled while there is none. */
export function markUnavailable(root) {
  for (const button of root.querySelectorAll("[data-needs-connection]")) {
    if (state.online) button.removeAttribute("aria-disabled");
    else button.setAttribute("aria-disabled", "true");
  }
}
