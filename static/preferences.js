// The user's preferences, such as theme, language and the hours last booked. They are remembered if the browser allows it.
import { post } from "./api.js";
import { base } from "./base.js";
import { recall, remember } from "./browser_storage.js";
import { state } from "./state.js";

const A_YEAR = 365 * 24 * 3600;

/** Switch to "light", "dark" or "" (as the system). Without an argument, switch to the opposite of the current theme. */
export function switchTheme(theme) {
  const dark = getComputedStyle(document.documentElement).colorScheme === "dark" ||
    (!document.documentElement.dataset.theme && matchMedia("(prefers-color-scheme: dark)").matches);
  const wanted = theme ?? (dark ? "light" : "dark");
  showTheme(wanted);
  remember("theme", wanted);
}

/** Show the theme and the view that other tabs choose, and call `then` after that: a switch must start from the choice in force. */
export function followOtherTabs(then) {
  addEventListener("storage", ({ key }) => {
    if (key === "theme") showTheme(recall("theme"));
    if (key === "view") document.documentElement.dataset.view = chosenView();
    if (key === "theme" || key === "view") then();
  });
}

function showTheme(theme) {
  if (theme) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
}

export const chosenTheme = () => document.documentElement.dataset.theme ?? "";

/** Reload the page in that language. The server remembers it for a signed-in user, a cookie for everybody. */
export async function switchLanguage(language) {
  if (state.me.authenticated) await post("/me", { language });
  document.cookie = `language=${language}; path=${base || "/"}; max-age=${A_YEAR}; samesite=lax`;
  location.reload();
}

export function lastHours() {
  const hours = Number(recall("hours"));
  return hours > 0 && hours <= state.settings.max_hours ? hours : Math.min(4, state.settings.max_hours);
}

export const rememberHours = (hours) => remember("hours", String(hours));

export const chosenView = () => (recall("view") === "list" ? "list" : "cards");

/** Return the column that sorts the list, and whether the order is descending. */
export function chosenSort() {
  const [by, direction] = (recall("sort") ?? "name").split(" ");
  return { by, descending: direction === "down" };
}

export const rememberSort = ({ by, descending }) => remember("sort", descending ? `${by} down` : by);

export function switchView(view) {
  document.documentElement.dataset.view = view;
  remember("view", view);
}

/** Return whether the user wants browser notifications: "on", "off", or "" if never chosen. */
export const chosenNotifications = () => recall("notices") ?? "";

export const rememberNotifications = (choice) => remember("notices", choice);

/** Return whether this tab is the first to show the notification with that id. */
export function claimForThisTab(id) {
  const claimed = (recall("told") ?? "").split("\n").slice(-20);
  if (claimed.includes(id)) return false;
  remember("told", [...claimed, id].join("\n"));
  return true;
}

/** Return the ids of the folded groups, as strings. */
export const foldedGroups = () => (recall("folded") ?? "").split(",").filter(Boolean);

export const rememberFoldedGroups = (groups) => remember("folded", groups.join(","));
