// The list with what stands around it: loading, nothing, an error, earlier lines, and since when the history can tell.
import { base } from "../base.js";
import { dayAndTime } from "../format.js";
import { element, fill, html, icon } from "../html.js";
import { t } from "../i18n.js";
import { state } from "../state.js";
import { markUnavailable } from "../views/connection.js";
import { daysOf } from "./days.js";
import { Feed } from "./feed.js";
import { dayList } from "./list.js";
import { useCurrentZone } from "./times.js";

/** Show the history that matches `query` in the element, and keep it up to date. Returns {ask(query, fixed), close()}. */
export function showHistory(root, query, fixed) {
  const list = element(html`<div class="past"></div>`);
  const status = element(html`<div class="past-status" role="status"></div>`);
  const footer = element(html`<footer class="past-foot"><p>${t("history.kept", { n: state.settings.history_days })}</p><button type="button" class="button small" data-earlier data-needs-connection hidden>${t("history.earlier")}</button></footer>`);
  root.append(status, list, footer);
  let shown = fixed, said = "";
  const feed = new Feed(query, (current) => draw(current));
  root.addEventListener("click", onClick);

  function draw(current) {
    useCurrentZone();
    root.toggleAttribute("data-loading", current.busy > 0);
    list.setAttribute("aria-busy", String(current.busy > 0 && !current.loaded));
    drawList(current);
    const markup = String(statusOf(current, shown.filtered));
    if (markup !== said) fill(status, said = markup);
    footer.querySelector("[data-earlier]").hidden = !current.next;
    markUnavailable(root);
  }

  function drawList({ lines, next, since, loaded }) {
    if (!loaded) return;
    const horizon = next ? Date.parse(lines.at(-1)?.at) : -Infinity;
    const days = daysOf(lines, horizon);
    const whole = (day) => !shown.filtered && day.start >= horizon;
    const focused = keyOfFocus(list);
    fill(list, html`${dayList(days, { ...shown, whole })}${!next && lines.length > 0 && since && html`<p class="past-since">${t("history.since", { time: dayAndTime(since) })}</p>`}`);
    restoreFocus(list, focused);
  }

  function onClick(event) {
    if (event.target.closest("[data-earlier]") && state.online && !feed.busy) feed.earlier();
    if (event.target.closest("[data-again]")) feed.load();
  }

  return {
    ask(newQuery, newFixed) { shown = newFixed; feed.ask(newQuery); },
    close() { feed.close(); root.removeEventListener("click", onClick); },
  };
}

function statusOf({ busy, error, loaded, lines }, filtered) {
  if (error) return html`<p class="past-error">${t("history.failed")} ${error.message} <button type="button" class="button small" data-again>${t("history.again")}</button></p>`;
  if (!loaded && busy) return html`<span class="spinner" aria-hidden="true"></span><span class="sr-only">${t("history.loading")}</span>`;
  if (loaded && !lines.length) return html`<p class="muted">${t(filtered ? "history.none_found" : "history.none")}</p>`;
  return "";
}

/** Return the link to the same lines as a file. */
export const csvLink = (query) => html`<a class="button small" data-csv download="loadzone-history.csv" href="${csvAddress(query)}">${icon("download")}${t("history.csv")}</a>`;

export const csvAddress = (query) => `${base}/history.csv?${new URLSearchParams(query)}`;

/** Which link or button of the list has the focus: when it is drawn anew, the same one keeps it. */
function keyOfFocus(list) {
  const { activeElement: focused } = document;
  if (!list.contains(focused)) return null;
  const item = focused.closest("li")?.querySelector("time").title;
  return { item, index: [...(focused.closest("li")?.querySelectorAll("a, button") ?? [])].indexOf(focused) };
}

function restoreFocus(list, focused) {
  if (!focused) return;
  const item = [...list.querySelectorAll("li")].find((one) => one.querySelector("time").title === focused.item);
  item?.querySelectorAll("a, button")[focused.index]?.focus({ preventScroll: true });
}
