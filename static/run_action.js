// How a click is carried out: signed in first, never twice at a time, and what goes wrong is said.
import { signInDialog } from "./dialogs/sign_in.js";
import { state } from "./state.js";
import { toast } from "./views/toasts.js";

const pending = new Set();

/** Strangers sign in first, and then go on with what they wanted. */
export function whenSignedIn(then) {
  if (state.me.authenticated) then();
  else signInDialog(then);
}

/** Nothing is sent twice while it is under way; what goes wrong is said. */
export async function runOnce(name, call) {
  if (pending.has(name)) return;
  pending.add(name);
  try {
    await call();
  } catch (error) {
    toast(error.message, { failed: true });
  } finally {
    pending.delete(name);
  }
}
