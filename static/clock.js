// The server's time. It is measured with every answer, and between them it runs by performance.now(), which nobody can set.
import { boot } from "./boot.js";

const JUMP_MS = 2000;
const LATE_MS = 5000;

let ahead = Date.parse(boot.now) - performance.now(); // the server's time minus performance.now()
let wallAhead = Date.now() - performance.now();

/** Return the server's time in milliseconds, even if the clock of this computer is wrong, or is set while the page is open. */
export const now = () => performance.now() + ahead;

/** Note the time in an answer of the server. `sent`, `received`: when, by performance.now(). */
export function noteServerTime(time, sent, received) {
  const [least, most] = [time - received, time - sent];
  if (ahead < least || ahead > most) ahead = (least + most) / 2;
}

/** Note the time in an event, which may have been long under way. Returns true if the server's time must be asked for. */
export function noteEventTime(time) {
  const least = time - performance.now();
  if (ahead < least) ahead = least;
  return ahead - least > LATE_MS; // a slow connection, or the server's clock was set back
}

/** Return by how much this computer's clock has jumped since the last call; 0 if it did not. It was set, or the computer slept. */
export function clockJump() {
  const current = Date.now() - performance.now();
  const jump = current - wallAhead;
  if (Math.abs(jump) < JUMP_MS) return 0;
  wallAhead = current;
  return jump;
}

/** Move the time on after sleep, in which performance.now() may stand still, if the server cannot be asked. */
export function moveOn(milliseconds) {
  ahead += milliseconds;
}
