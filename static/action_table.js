// All that a click can mean and that needs a dialog or a call; later.js loads it when the page stands.
import { bookVm, manage, release, renew, renewBy, signIn } from "./actions.js";
import { waiting } from "./queue_actions.js";

export const acts = { book: bookVm, renew, release, "renew-by": renewBy, "sign-in": signIn, ...waiting, ...manage };
