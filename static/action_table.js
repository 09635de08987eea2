// All actions that need a dialog or a call to the server, by name, and the bar of those for selected machines.
// lazy_actions.js loads this file after the first paint.
import { actions } from "./actions.js";
import { queueActions } from "./queue_actions.js";
import { mountBulkBar } from "./views/bulk_bar.js";

export const actionTable = { ...actions, ...queueActions };

/** Mount what is seen of them. Call it once, when the texts are loaded. */
export const mountActions = () => mountBulkBar();
