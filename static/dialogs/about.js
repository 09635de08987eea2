// The machine that a dialog is about may get another name while the dialog is open.
import { newNames } from "../state.js";

/** Return a copy of the machine for `about` of `openDialog`: its `id` follows when the machine is renamed. */
export const followed = (vm) => ({ ...vm });

/** Let `about`, a machine or the reference of a queue, have the machine's present name. */
export function followName(about) {
  for (const key of ["id", "vm_id"]) if (key in about) about[key] = newNames([about[key]]).get(about[key]) ?? about[key];
}
