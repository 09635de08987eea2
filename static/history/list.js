// The list of the history: days with their entries. A booking is one entry, an act another.
import { addressOfView } from "../address.js";
import { now } from "../clock.js";
import { duration, exactTime, MINUTE, shortName } from "../format.js";
import { html, icon } from "../html.js";
import { t } from "../i18n.js";
import { linked } from "../links.js";
import { state } from "../state.js";
import { isRunning } from "./bookings.js";
import { bookedTime } from "./days.js";
import { iconOf } from "./kinds.js";
import { detailsOf, sentenceOf, viaOf } from "./sentences.js";
import { dayTitle, timeText } from "./times.js";

const A_DAY = 1440;

/** Return the markup of the days. `vm`: all is about this machine, which goes without saying; `person` likewise. */
export function dayList(days, { vm, person, whole, heading = "h2" }) {
  return html`${days.map((day) => html`
    <section class="past-day">
      <header>${titled(heading, dayTitle(day.start))}${vm && whole(day) && busy(day)}</header>
      <ol>${day.entries.map((entry) => (entry.booking ? bookingItem(entry, day, { vm, person }) : actItem(entry, { vm, person })))}</ol>
    </section>`)}`;
}

const titled = (heading, text) => (heading === "h2" ? html`<h2>${text}</h2>` : html`<h3>${text}</h3>`);

/** How much of the day the machine was booked, in words and as a strip for the eye. */
function busy(day) {
  const time = bookedTime(day);
  const minutes = (instant) => (instant - day.start) / (day.end - day.start) * A_DAY;
  return html`<span class="sum">${time >= MINUTE ? t("history.booked_for", { time: duration(time) }) : t("history.not_booked")}</span>
    <svg class="strip" viewBox="0 0 ${A_DAY} 10" preserveAspectRatio="none" aria-hidden="true">
      ${[0.25, 0.5, 0.75].map((part) => html`<path class="quarter" d="M${part * A_DAY} 0v10"/>`)}
      ${day.bookings.map(({ at, end, booking }) => html`<rect class="${isMe(booking.email) && "mine"}" x="${minutes(at)}" width="${Math.max(4, minutes(end) - minutes(at) - 2)}" height="10"/>`)}
      ${now() < day.end && now() >= day.start && html`<path class="now" d="M${minutes(now())} 0v10"/>`}
    </svg>`;
}

function bookingItem({ at, end, booking, isFirst, isLast }, day, fixed) {
  const running = isRunning(booking);
  const mine = isMe(booking.email);
  const time = running && isLast ? t("history.since_time", { time: timeText(at) }) : `${timeText(at)}–${timeText(end, day.start)}`;
  const exact = `${exactTime(booking.start)} – ${running ? "…" : exactTime(end)}`;
  const about = [booking.line?.reason, booking.line && viaOf(booking.line)].filter(Boolean);
  return html`<li class="${mine && "me"}"><time datetime="${new Date(isFirst ? booking.start : at).toISOString()}" title="${exact}">${time}</time>${icon(mine ? "mine" : "taken")}
    <span class="what">${!fixed.vm && vmLink(booking.vm_id)} ${!fixed.person && personLink(booking.email)} <small>${linked(about.join("; "))}</small></span>
    <span class="how">${isLast && howEnded(booking, end, running)}</span></li>`;
}

function howEnded({ ended, planned }, end, running) {
  if (running) return t("history.ended.still");
  if (!ended) return t("history.ended.unknown");
  const early = Date.parse(planned) - end;
  if (ended.action === "released" && early > MINUTE) return t("history.ended.early", { time: duration(early) });
  const who = ended.action === "handed_over" ? ended.email : ended.actor;
  const text = t(`history.ended.${ended.action}`, { who: who ? shortName(who) : t("history.nobody") });
  return ended.reason && ended.action === "force_released" ? `${text}, ${t("history.reason", { reason: ended.reason })}` : text;
}

function actItem({ line }, fixed) {
  const shown = iconOf(line.action);
  const mine = isMe(line.email ?? line.actor);
  return html`<li class="act ${mine && "me"} ${shown}"><time datetime="${line.at}" title="${exactTime(line.at)}">${timeText(Date.parse(line.at))}</time>${icon(shown)}
    <span class="what">${!fixed.vm && vmLink(line.vm_id)} ${line.actor && !isSame(line.actor, fixed.person) && html`${personLink(line.actor)}: `}${sentenceOf(line)}
      <small>${linked(detailsOf(line).join("; "))}</small></span>
    <span class="how">${viaOf(line)}</span></li>`;
}

const isMe = (email) => Boolean(email) && email === state.me.email;
const isSame = (email, person) => Boolean(person) && email.toLowerCase() === person.toLowerCase();

/** A machine that is there opens its dialog; of one that was deleted the history is shown. */
function vmLink(id) {
  if (!id) return "";
  return state.vms.has(id)
    ? html`<button type="button" class="name" data-action="open" data-vm="${id}">${id}</button>`
    : html`<a class="name" data-view-link data-closes href="${addressOfView("history", { machine: id })}">${id}</a>`;
}

/** A pseudonym of somebody who was removed is no address, and leads nowhere. */
const personLink = (email) => email && (email.includes("@") ? linkTo(email) : html`<b>${email}</b>`);

const linkTo = (email) => html`<a class="person" data-view-link data-closes title="${email}" href="${addressOfView("history", { person: email })}">${isMe(email) ? t("history.you") : shortName(email)}</a>`;
