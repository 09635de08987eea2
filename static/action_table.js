// All actions that need a dialog or a call to the server, by name. lazy_actions.js loads this file after the first paint.
import { actions } from "./actions.js";
import { queueActions } from "./queue_actions.js";

export const actionTable = { ...actions, ...queueActions };
