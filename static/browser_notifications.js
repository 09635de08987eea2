// The browser's own notifications: that it is my turn, that it has passed, that a booking is about to end.
import { chosenNotifications, claimForThisTab, rememberNotifications } from "./preferences.js";
import { state } from "./state.js";

const SHOWN_KINDS = new Set(["held", "auto_booked", "hold_lapsed", "reminder"]);

const shown = new Map(); // by machine id

/** "on", "off", "ask" (the browser will ask), "blocked" by the reader, "insecure" (plain http), or "none": it cannot. */
export function notificationState() {
  if (typeof Notification !== "function") return "none";
  if (!isSecureContext) return "insecure";
  if (Notification.permission === "denied") return "blocked";
  if (chosenNotifications() === "off") return "off";
  return Notification.permission === "granted" ? "on" : "ask";
}

/** Ask for leave if that was never decided; to be called in a click, when somebody begins to wait. */
export function requestPermission() {
  return notificationState() === "ask" ? Notification.requestPermission() : undefined;
}

/** The reader's own switch; switching on asks the browser where it was never asked. */
export async function switchNotifications(on) {
  rememberNotifications(on ? "on" : "off");
  if (on) await requestPermission();
}

/** Show a notification of the server, once for all tabs; a click on it comes back to the machine: `open({vm})`. */
export function showBrowserNotification({ kind, msg, vm_id: id, until }, open) {
  if (!SHOWN_KINDS.has(kind) || notificationState() !== "on" || !claimForThisTab(`${kind} ${id} ${until} ${msg}`)) return;
  const tag = id ?? kind;
  shown.get(tag)?.close();
  const icon = document.querySelector('link[rel="icon"]').href;
  try {
    const notification = new Notification(msg, { tag, icon, requireInteraction: kind === "held" });
    shown.set(tag, notification);
    notification.addEventListener("click", () => {
      window.focus();
      notification.close();
      if (state.vms.has(id)) open({ vm: id });
    });
  } catch (error) {
    console.info("the browser does not show notifications of pages:", error.message); // Android wants a service worker
  }
}
