// All that a click can mean and that needs a dialog or a call; later.js loads it when the page stands.
import { actions } from "./actions.js";
import { queueActions } from "./queue_actions.js";

export const actionTable = { ...actions, ...queueActions };
