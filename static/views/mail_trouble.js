// Tells admins that letters cannot be delivered, and why.
import { get } from "../api.js";
import { dayAndTime } from "../format.js";
import { setText } from "../html.js";
import { t } from "../i18n.js";
import { isAdmin, setMe, state, subscribe } from "../state.js";

const ASK_EVERY_MS = 60_000;

const banner = document.getElementById("mail-trouble");

export function mountMailTrouble() {
  subscribe(({ me, mail }) => (me || mail) && show());
  show();
  setInterval(ask, ASK_EVERY_MS);
}

function show() {
  const { mail } = state.me;
  banner.hidden = !mail;
  setText(banner, mail ? t("mail.trouble", { n: mail.waiting, time: dayAndTime(mail.since), reason: mail.reason }) : "");
}

/** Ask the server again, for admins who look at the page. */
async function ask() {
  if (!isAdmin() || !state.online || document.hidden) return;
  try {
    setMe(await get("/me"));
  } catch (error) {
    console.info("not asked whether letters are delivered:", error.message);
  }
}
