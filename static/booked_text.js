// The message after a booking or renewal: who has the machine now, and until when.
import { shortTime } from "./format.js";
import { t } from "./i18n.js";
import { isMine } from "./state.js";

export const bookedText = (vm) =>
  t(isMine(vm) ? "book.done" : "book.done_for", { vm: vm.id, who: vm.booked_by, time: shortTime(vm.expires_at) });
