// Keeps the page's times right while it is open: after the computer slept, its clock was set, or its time zone was changed.
import { get } from "./api.js";
import { clockJump, moveOn } from "./clock.js";
import { useCurrentZone } from "./format.js";
import { refreshTimes } from "./state.js";
import { hasZoneChanged } from "./zone.js";

const CHECK_MS = 1000;

let measuring = false;

export function watchClockAndZone() {
  setInterval(check, CHECK_MS);
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    check();
    measureServerTime();
  });
}

/** Ask the server for its time. If it does not answer, the page goes by how long this computer says it has slept. */
export async function measureServerTime(slept = 0) {
  if (measuring) return;
  measuring = true;
  try {
    await get("/me"); // api.js notes the time of each answer
  } catch (error) {
    console.info("the server's time could not be asked for:", error.message);
    if (slept > 0 && error.code === "unreachable") moveOn(slept); // any other answer of the server has its time
  }
  measuring = false;
}

function check() {
  const jump = measuring ? 0 : clockJump(); // a jump while the server is asked is noticed after that
  if (jump) measureServerTime(jump);
  if (!hasZoneChanged()) return;
  useCurrentZone();
  refreshTimes();
}
