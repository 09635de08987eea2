// The server's answer (docs/usage.md) as the plots need it: groups by name, with the ranks that give the first four their marks.
import { shortName } from "../format.js";
import { t } from "../i18n.js";
import { state } from "../state.js";

const RANKED = 4;

export function figuresOf(answer, period) {
  const groups = groupsOf(answer.groups);
  const since = answer.since ? Date.parse(answer.since) : null;
  return {
    period, since, groups,
    from: Date.parse(answer.from),
    to: Date.parse(answer.to),
    total: totalOf(answer.total),
    before: beforeOf(answer.before, since),
    ...linesOf(answer.series, groups),
    heat: heatOf(answer.heat),
    people: answer.people.map(personOf),
    others: othersOf(answer.others),
    unused: answer.unused.map(unusedOf),
    machines: answer.machines.filter(({ gone }) => !gone).length,
    isEmpty: !answer.machines.length,
  };
}

const totalOf = (one) => ({
  booked: one.booked_hours, service: one.service_hours, ratio: one.ratio, bookings: one.bookings, half: one.p50,
  wait: { half: one.waits.p50, most: one.waits.p95, count: one.waits.turns }, givenUp: one.given_up,
});

/** Nothing is compared with days of which only a part is known. */
function beforeOf({ from, to, total }, since) {
  const start = Date.parse(from);
  return since !== null && since <= start ? { from: start, to: Date.parse(to), total: totalOf(total) } : null;
}

/** The groups that had most booked hours are first, and get the ranks. */
function groupsOf(groups) {
  return groups.map((one) => ({ key: keyOf(one), name: nameOf(one), ...totalOf(one) }))
    .sort((a, b) => b.booked - a.booked)
    .map((one, index) => ({ ...one, rank: index < RANKED ? index + 1 : 0 }));
}

function linesOf({ step, starts, groups: rows }, groups) {
  const byKey = new Map(rows.map((row) => [keyOf(row), row]));
  const lines = groups.filter(({ key }) => byKey.has(key)).map(({ key, name, rank }) => {
    const { booked_hours: booked, service_hours: service } = byKey.get(key);
    return { name, rank, values: booked.map((hours, index) => (service[index] ? hours / service[index] : null)) };
  });
  return { step, times: starts.map((start) => Date.parse(start)), lines };
}

/** A deleted group may have had the number that another one has now. */
const keyOf = (group) => JSON.stringify([group.group_id, group.name, group.gone]);

function nameOf({ group_id: id, name, gone }) {
  if (id === null) return t("groups.none");
  return gone ? t("usage.gone", { name }) : name;
}

function heatOf(cells) {
  const rows = Array.from({ length: 7 }, () => Array(24).fill(null));
  for (const { weekday, hour, ratio } of cells) rows[weekday][hour] = ratio;
  return rows;
}

function personOf({ email, token, booked_hours: booked, bookings }) {
  const named = (who) => (token ? t("who.via", { who, via: token }) : who);
  return { name: named(shortName(email)), title: named(email), email, booked, bookings, isMe: email === state.me.email };
}

const othersOf = ({ number: count, booked_hours: booked }) => ({ count, booked });

const unusedOf = ({ vm_id: vm, service_hours: service, last_use: last }) => ({
  vm, service, last: last && { at: Date.parse(last.ended), who: shortName(last.email) },
});
