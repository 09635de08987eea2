// Tells the server the time zone of a user who has none yet: letters and the server's own sentences are told in it.
import { post } from "./api.js";
import { setMe, state, subscribe } from "./state.js";

const told = new Set(); // users

/** Return the IANA name of this browser's time zone; empty if the browser does not know it. */
export const ownZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";

export function tellZone() {
  subscribe(({ me, online }) => (me || online) && tell());
  tell();
}

async function tell() {
  const { authenticated, email, zone } = state.me;
  if (!authenticated || zone || told.has(email) || !ownZone() || !state.online) return;
  told.add(email);
  try {
    setMe(await post("/me", { zone: ownZone() }));
  } catch (error) {
    console.info("the time zone was not taken:", error.message);
  }
}
