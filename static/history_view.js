// The history: who had which machine, and what was done. As a page of its own, or of one person or machine; and as a part
// of the machine's dialog. See router.js for what a view is.
import { addressOfView } from "./address.js";
import { shortName } from "./format.js";
import { fill, html, setText } from "./html.js";
import { t } from "./i18n.js";
import { filterBar, showFilters, wireFilters } from "./history/filters.js";
import { csvAddress, csvLink, showHistory } from "./history/panel.js";
import { isFiltered, personOf, queryOf } from "./history/query.js";
import { setParameters } from "./router.js";
import { state } from "./state.js";

let shown = null;

export function open(room, parameters) {
  fill(room, html`
    <header class="page-bar"><h1 tabindex="-1"></h1><span class="gap"></span><a class="button small" data-view-link data-mine href="${addressOfView("history", { person: state.me.email })}">${t("history.mine")}</a>${csvLink({})}</header>
    ${filterBar("page")}<div class="past-list" data-past></div>`);
  wireFilters(room, (changes) => setParameters(changes));
  shown = { room, panel: showHistory(room.querySelector("[data-past]"), queryOf(parameters), fixedOf(parameters)) };
  showHead(parameters);
}

export function change(parameters) {
  shown.panel.ask(queryOf(parameters), fixedOf(parameters));
  showHead(parameters);
}

export function close() {
  shown?.panel.close();
  shown = null;
}

/** Show the history of the machine in its dialog. Returns what ends it. */
export function openForMachine(root, vm) {
  fill(root, html`${filterBar("dialog")}<div class="past-list" data-past></div>`);
  const filters = {};
  const ask = () => ({ machine: vm.id, ...filters });
  const panel = showHistory(root.querySelector("[data-past]"), queryOf(ask()), fixedOf(ask(), "h3"));
  const csv = root.querySelector("[data-csv]");
  const follow = () => { csv.href = csvAddress(queryOf(ask())); };
  wireFilters(root, (changes) => { Object.assign(filters, changes); panel.ask(queryOf(ask()), fixedOf(ask(), "h3")); follow(); });
  follow();
  return () => panel.close();
}

/** What goes without saying in the list, since all of it is about that. */
const fixedOf = (parameters, heading = "h2") => ({
  vm: parameters.machine, person: personOf(parameters), filtered: isFiltered(parameters), heading,
});

function showHead(parameters) {
  const { room } = shown;
  const person = personOf(parameters);
  const who = person ? shortName(person) : parameters.machine;
  setText(room.querySelector("h1"), who ? t("history.of", { who }) : t("history.title"));
  room.querySelector("[data-mine]").hidden = person === state.me.email;
  room.querySelector("[data-csv]").href = csvAddress(queryOf(parameters));
  showFilters(room, parameters);
}
