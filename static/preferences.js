// What a reader chose: the theme, the language, the hours last booked. Remembered where the browser lets us.
import { post } from "./api.js";
import { state } from "./state.js";

const A_YEAR = 365 * 24 * 3600;

/** Light, dark, or "" for what the system says; without a name, the other of what is seen now. */
export function switchTheme(theme) {
  const dark = getComputedStyle(document.documentElement).colorScheme === "dark" ||
    (!document.documentElement.dataset.theme && matchMedia("(prefers-color-scheme: dark)").matches);
  const wanted = theme ?? (dark ? "light" : "dark");
  if (wanted) document.documentElement.dataset.theme = wanted;
  else delete document.documentElement.dataset.theme;
  remember("theme", wanted);
}

export const chosenTheme = () => document.documentElement.dataset.theme ?? "";

/** Reload in that language; the server remembers it for who is signed in, a cookie for a stranger. */
export async function switchLanguage(language) {
  if (state.me.authenticated) await post("/me", { language });
  document.cookie = `language=${language}; path=/; max-age=${A_YEAR}; samesite=lax`;
  location.reload();
}

export function lastHours() {
  const hours = Number(recall("hours"));
  return hours > 0 && hours <= state.settings.max_hours ? hours : Math.min(4, state.settings.max_hours);
}

export const rememberHours = (hours) => remember("hours", String(hours));

export const chosenView = () => (recall("view") === "list" ? "list" : "cards");

/** The column by which the list is sorted, and whether downwards. */
export function chosenSort() {
  const [by, direction] = (recall("sort") ?? "name").split(" ");
  return { by, descending: direction === "down" };
}

export const rememberSort = ({ by, descending }) => remember("sort", descending ? `${by} down` : by);

export function switchView(view) {
  document.documentElement.dataset.view = view;
  remember("view", view);
}

/** Whether the browser's own notifications are wanted: "on", "off", or "" while that was not said. */
export const chosenNotifications = () => recall("notices") ?? "";

export const rememberNotifications = (choice) => remember("notices", choice);

/** Whether this tab is the first to tell of it. */
export function claimForThisTab(id) {
  const claimed = (recall("told") ?? "").split("\n").slice(-20);
  if (claimed.includes(id)) return false;
  remember("told", [...claimed, id].join("\n"));
  return true;
}

/** The groups folded away, as the text of their ids. */
export const foldedGroups = () => (recall("folded") ?? "").split(",").filter(Boolean);

export const rememberFoldedGroups = (groups) => remember("folded", groups.join(","));

export function remember(name, value) {
  try {
    localStorage.setItem(name, value);
  } catch (error) {
    console.info("cannot be remembered here:", error.message);
  }
}

export function recall(name) {
  try {
    return localStorage.getItem(name);
  } catch (error) {
    console.info("cannot be recalled here:", error.message);
    return null;
  }
}
