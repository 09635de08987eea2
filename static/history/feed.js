// The lines of the history that are loaded: newest first, earlier ones on demand, new ones as they come.
import { get } from "../api.js";
import { state, subscribe } from "../state.js";

const PAGE = 100;
const AGAIN_AFTER_MS = 1000; // after a change: others follow soon, and the line of the change may be on its way
const LOOK_EVERY_MS = 60_000; // for acts that change nothing on the board

/**
 * Load the lines that match `query` (the parameters of GET /history) and call `show(feed)` after every change of the
 * feed: {lines, next, since, error, busy, loaded}. `next` is null at the beginning of the history.
 */
export class Feed {
  constructor(query, show) {
    Object.assign(this, { query, show, lines: [], next: null, since: null, error: null, busy: 0, loaded: false, round: 0 });
    this.unsubscribe = subscribe((changed) => this.onChange(changed));
    this.timer = setInterval(() => !document.hidden && this.look(), LOOK_EVERY_MS);
    this.load();
  }

  close() {
    this.round += 1;
    clearTimeout(this.soon);
    clearInterval(this.timer);
    this.unsubscribe();
  }

  /** Load anew, with other parameters. What is shown stays until the answer is here. */
  ask(query) {
    this.query = query;
    return this.load();
  }

  load() {
    this.round += 1;
    return this.call({}, ({ history, next, since }) => Object.assign(this, { lines: history, next, since, loaded: true }));
  }

  earlier() {
    return this.call({ cursor: this.next }, ({ history, next }) => { this.lines = merged(this.lines, history); this.next = next; });
  }

  /** Add the lines that are new. If there are too many to know that none is missed, all is loaded anew. */
  async look() {
    if (!this.loaded || this.busy || !state.online) return;
    const [newest] = this.lines;
    await this.call({}, ({ history, next }) => {
      const isGapless = !next || !newest || history.some(({ id }) => id <= newest.id);
      if (!isGapless) Object.assign(this, { lines: history, next });
      else if (history.some(({ id }) => !newest || id > newest.id)) this.lines = merged(this.lines, history);
    }, true);
  }

  onChange({ vms, groups, online, times }) {
    if (times) this.show(this);
    if (online && state.online && (this.error || !this.loaded)) this.load();
    else if (vms || groups || online) this.soon ??= setTimeout(() => { this.soon = undefined; this.look(); }, AGAIN_AFTER_MS);
  }

  async call(more, take, quiet = false) {
    const { round } = this;
    this.busy += 1;
    if (!quiet) this.show(this);
    try {
      const answer = await get(`/history?${new URLSearchParams({ ...this.query, ...more, limit: PAGE })}`);
      if (round === this.round) { take(answer); this.error = null; }
    } catch (error) {
      if (round === this.round && !quiet) this.error = error;
    }
    this.busy -= 1;
    if (round === this.round) this.show(this);
  }
}

/** Return the lines of both, each once, newest first. */
function merged(lines, others) {
  const all = new Map([...lines, ...others].map((line) => [line.id, line]));
  return [...all.values()].sort((a, b) => b.id - a.id);
}
