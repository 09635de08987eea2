// The usage of machines: five questions, each with a plot, a table and a CSV. See router.js for what a view is.
import { get } from "./api.js";
import { base } from "./base.js";
import { element, html } from "./html.js";
import { t } from "./i18n.js";
import { setParameters } from "./router.js";
import { state, subscribe } from "./state.js";
import { closeCard, createCard, showCard } from "./usage/card.js";
import { figuresOf } from "./usage/figures.js";
import { heat } from "./usage/heat.js";
import { emptyText, failureText, noteFor } from "./usage/messages.js";
import { occupancy } from "./usage/occupancy.js";
import { createPageBar, showCsv, showPeopleCount, showPeriod } from "./usage/page_bar.js";
import { people } from "./usage/people.js";
import { instantsOf, readPeriod } from "./usage/period.js";
import { showTiles } from "./usage/tiles.js";
import { unused } from "./usage/unused.js";
import { waits } from "./usage/waits.js";
import { markUnavailable } from "./views/connection.js";

const PLOTS = [occupancy, waits, heat, people, unused];

let page = null; // what is shown: its nodes, the question to the server (`asked`), the one whose `figures` are shown (`answered`)

export function open(room, parameters) {
  const bar = createPageBar(setParameters);
  const body = element(html`
    <div class="usage-body">
      <div class="usage-note" role="status" hidden></div><div class="empty" hidden><p></p></div>
      <div class="usage" hidden><dl class="tiles"></dl></div>
    </div>`);
  const [note, empty, grid] = body.children;
  const cards = PLOTS.map((plot) => createCard(plot, toggleTable));
  page = { bar, body, note, empty, grid, cards, asked: "", answered: "", figures: null };
  grid.append(...cards.map(({ node }) => node));
  room.replaceChildren(bar, body);
  body.addEventListener("click", ({ target }) => target.closest("[data-again]") && load());
  page.unsubscribe = subscribe(onState);
  document.addEventListener("visibilitychange", onVisible);
  change(parameters);
}

/** Show other days, another group, or other tables. */
export function change(parameters) {
  page.parameters = parameters;
  page.period = readPeriod(new Map(Object.entries(parameters)));
  showPeriod(page.bar, page.period);
  if (page.asked !== questionOf(page)) return load();
  for (const card of page.cards) if (page.figures && card.asTable !== isTable(card.plot.key)) show(card);
}

export function close() {
  page.unsubscribe();
  document.removeEventListener("visibilitychange", onVisible);
  for (const card of page.cards) closeCard(card);
  page = null;
}

/** Ask the server. The numbers that are shown stay until the answer is there. */
async function load() {
  const mine = page, asked = mine.asked = questionOf(mine);
  mine.body.setAttribute("aria-busy", "true");
  try {
    const answer = await get(`/usage?${asked}`);
    if (page !== mine || mine.asked !== asked) return; // left meanwhile, or other days are asked for
    Object.assign(mine, { figures: figuresOf(answer, mine.period), answered: asked });
    showFigures();
  } catch (error) {
    if (page !== mine || mine.asked !== asked) return;
    mine.failed = true;
    showNote(failureText(error, mine.period, mine.figures), true);
  }
  mine.body.removeAttribute("aria-busy");
}

function showFigures() {
  const start = performance.now();
  const { figures, grid } = page;
  page.failed = false;
  const instead = emptyText(figures, page.parameters.group);
  showNote(noteFor(figures), false);
  page.empty.hidden = !instead;
  page.empty.firstElementChild.textContent = instead;
  grid.hidden = Boolean(instead);
  showPeopleCount(page.bar, figures);
  showCsv(page.bar, csvOf("machines"));
  showTiles(grid.firstElementChild, figures);
  for (const card of page.cards) show(card);
  performance.measure("usage drawn", { start }); // bench/usage_page.py and a test look at it
}

function show(card) {
  showCard(card, page.figures, isTable(card.plot.key), csvOf(card.plot.key));
}

function showNote(text, mayTryAgain) {
  page.note.hidden = !text;
  page.note.classList.toggle("failed", mayTryAgain);
  page.note.replaceChildren(element(html`<span>${text}</span>`));
  if (!mayTryAgain) return;
  page.note.append(element(html`<button class="button small" data-again data-needs-connection>${t("page.again")}</button>`));
  markUnavailable(page.note);
}

/** The tables that are open are in the address, but make no entry of the history. */
function toggleTable(key) {
  const tables = tablesIn(page.parameters);
  setParameters({ tables: (tables.includes(key) ? tables.filter((one) => one !== key) : [...tables, key]).join(" ") }, "replaceState");
}

const isTable = (key) => tablesIn(page.parameters).includes(key);
const tablesIn = ({ tables = "" }) => tables.split(" ").filter(Boolean);

function questionOf({ period, parameters }) {
  const { from, to } = instantsOf(period);
  const zone = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  const query = new URLSearchParams({ from: new Date(from).toISOString(), to: new Date(to).toISOString(), zone });
  if (parameters.group) query.set("group_id", parameters.group === "none" ? "0" : parameters.group);
  return String(query);
}

const csvOf = (table) => `${base}/usage.csv?table=${table}&${page.answered}`;

/** After a quarter of an hour there are newer figures. */
function onVisible() {
  if (!document.hidden && page.asked !== questionOf(page)) change(page.parameters);
}

function onState({ online, times, vms }) {
  if (times || (online && state.online && page.failed) || (vms && page.figures?.isEmpty)) load();
}
