// Notifications shown by the browser, for the events that the server names as alerts: for one, that it is the user's turn.
import { boot } from "./boot.js";
import { chosenNotifications, claimForThisTab, rememberNotifications } from "./preferences.js";
import { loadSentences, notificationText } from "./sentences.js";
import { state } from "./state.js";

const ALERT_KINDS = new Set(boot.events.alert);

const shown = new Map(); // by machine id

/** Return "on", "off", "ask" (the browser will ask), "blocked" (in the browser), "insecure" (plain HTTP) or "none" (not supported). */
export function notificationState() {
  if (typeof Notification !== "function") return "none";
  if (!isSecureContext) return "insecure";
  if (Notification.permission === "denied") return "blocked";
  if (chosenNotifications() === "off") return "off";
  return Notification.permission === "granted" ? "on" : "ask";
}

/** Ask for permission if the user never decided. Call it in a click, when the user joins a queue. */
export function requestPermission() {
  return notificationState() === "ask" ? Notification.requestPermission() : undefined;
}

/** Switch notifications on or off for this browser. Switching on asks for permission if the user never decided. */
export async function switchNotifications(on) {
  rememberNotifications(on ? "on" : "off");
  if (on) await requestPermission();
}

/** Show a notification of the server in one tab only. A click on it focuses the page and calls `open({vm})`. */
export async function showBrowserNotification(facts, open) {
  const { kind, msg, vm_id: id, until } = facts;
  if (!ALERT_KINDS.has(kind) || notificationState() !== "on" || !claimForThisTab(`${kind} ${id} ${until} ${msg}`)) return;
  await loadSentences();
  const tag = id ?? kind;
  shown.get(tag)?.close();
  const icon = document.querySelector('link[rel="icon"]').href;
  try {
    const notification = new Notification(notificationText(facts), { tag, icon, requireInteraction: kind === "held" });
    shown.set(tag, notification);
    notification.addEventListener("click", () => {
      window.focus();
      notification.close();
      if (state.vms.has(id)) open({ vm: id });
    });
  } catch (error) {
    console.info("the browser does not show notifications of pages:", error.message); // Android needs a service worker
  }
}
