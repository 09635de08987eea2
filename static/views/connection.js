// Shows when the server cannot be reached, and disables what needs the connection.
import { state, subscribe } from "../state.js";
import { keepRoom } from "./room.js";

const banner = document.getElementById("offline");

export function mountConnection() {
  keepRoom(banner, "--banner-room");
  subscribe(({ online }) => {
    if (!online) return;
    document.documentElement.toggleAttribute("data-offline", !state.online);
    banner.hidden = state.online;
    markUnavailable(document);
  });
}

/** Mark the buttons under `root` that need the connection as disabled while there is none. */
export function markUnavailable(root) {
  for (const button of root.querySelectorAll("[data-needs-connection]")) {
    if (state.online) button.removeAttribute("aria-disabled");
    else button.setAttribute("aria-disabled", "true");
  }
}
