// Runs an action: after signing in if needed, never twice at a time, with errors shown as toasts.
import { signInDialog } from "./dialogs/sign_in.js";
import { state } from "./state.js";
import { toast } from "./views/toasts.js";

const pending = new Set();

/** Call `then`, after the sign-in dialog if nobody is signed in. */
export function whenSignedIn(then) {
  if (state.me.authenticated) then();
  else signInDialog(then);
}

/** Run `call` unless one of the same name is still running. Shows an error as a toast. */
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
