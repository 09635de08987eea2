// The sentence of a line, made from its facts. The command line makes the same ones (cli/loadzone_cli/history_lines.py).
import { boot } from "../boot.js";
import { shortName } from "../format.js";
import { t } from "../i18n.js";
import { momentText } from "./times.js";

const SAID_ELSEWHERE = new Set(["email", "booking", "since", "maintenance"]);
const ONE_FIELD = new Set(["vm_renamed", "group_renamed", "vm_moved", "role_changed", "note_changed", "token_made", "token_revoked", "signed_out"]);

/** Return what was done, without who did it: "booking renewed until 18:40". */
export function sentenceOf(line) {
  const aboutOther = line.email && line.email !== line.actor;
  const ofGroup = line.vm_id === null && line.group;
  const key = [`${line.action}${aboutOther ? ".for" : ""}`, `${line.action}${ofGroup ? ".group" : ""}`, line.action].map((one) => `history.act.${one}`)
    .filter((one) => ofGroup || !one.endsWith(".group")).find((one) => one in boot.strings);
  if (!key) return line.action; // of a newer server
  return t(key, {
    who: line.email ? shortName(line.email) : "",
    from: shortName(line.changed.email?.[0] ?? line.actor ?? ""),
    group: line.group ?? "",
    until: line.until ? momentText(line.until, line.at) : "…",
  });
}

/** Return what the line changed and why, as texts. */
export function detailsOf(line) {
  const changes = Object.entries(line.changed).filter(([field, values]) => !SAID_ELSEWHERE.has(field) && Array.isArray(values));
  return [
    ...changes.map(([field, [was, now]]) => changeText(line.action, field, was, now)),
    line.reason && !("note" in line.changed) && (isNote(line) ? line.reason : t("history.reason", { reason: line.reason })),
  ].filter(Boolean);
}

/** Return how it was done, if not by hand: "via token nightly". */
export function viaOf({ via }) {
  if (via.startsWith("token:")) return t("history.via.token", { token: via.slice("token:".length) });
  return ["link", "upgrade"].includes(via) ? t(`history.via.${via}`) : via;
}

/** Return whether the reason of the line is the note of a booking. */
const isNote = ({ action }) => ["booked", "auto_booked", "queue_joined", "renewed"].includes(action);

function changeText(action, field, was, now) {
  const [before, after] = [was, now].map((value) => valueText(field, value));
  if (action === "token_made") return after;
  if (action === "token_revoked") return before;
  if (ONE_FIELD.has(action)) return `${before} → ${after}`;
  const key = `history.field.${field}`;
  return t("history.change", { field: key in boot.strings ? t(key) : field, was: before, now: after });
}

function valueText(field, value) {
  if (value === null || value === undefined || value === "" || (Array.isArray(value) && !value.length)) return t("history.empty");
  if (Array.isArray(value)) return value.join(", ");
  if (typeof value === "boolean") return t(value ? "history.yes" : "history.no");
  if (field === "role" && `role.${value}` in boot.strings) return t(`role.${value}`);
  return String(value);
}
