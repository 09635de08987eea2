// The socket: receives changes and notifications, detects a lost connection and refreshes the page after it.
import { get, noteSeen } from "./api.js";
import { base } from "./base.js";
import { noteEventTime } from "./clock.js";
import { applyChange, loadBoard, markStale, setBehind, setMe, setOnline, state } from "./state.js";
import { measureServerTime } from "./timekeeping.js";
import { io } from "./vendor/socket.io-4.8.4.esm.min.js";

const OFFLINE_AFTER_MS = 1000;
const SPREAD_MS = 3000;
const TOLD_WITHIN_MS = 2500; // a server that may be behind tells each socket again and again

let socket, offlineTimer, refreshTimer, behindTimer, onNotification, onSessionEnd, fetching, fetchAgain;
let toldOf = 0; // the revision of the last change of which this page knows only that it happened
const pendingNotifications = []; // received during a fetch: only the fetched board tells whom they concern

/** Connect, and call `listener` with every notification, and `ended` when somebody is no longer signed in. */
export function connect(listener, ended) {
  onNotification = listener;
  onSessionEnd = ended;
  socket = io({ path: `${base}/socket.io`, transports: ["websocket", "polling"], tryAllTransports: true, reconnectionDelay: 400,
    reconnectionDelayMax: 5000, randomizationFactor: 0.6 });
  socket.on("seen", ({ sequence }) => noteSeen(sequence)); // comes before "connect", so the board is fetched with it
  socket.on("connect", onConnected);
  socket.on("disconnect", (reason) => {
    startOfflineTimer();
    if (reason === "io server disconnect") socket.connect(); // the session ended; connect again as the current user
  });
  socket.on("connect_error", () => {
    startOfflineTimer();
    if (!socket.active) setTimeout(() => socket.connect(), 2000); // refused: the client does not try again by itself
  });
  socket.on("change", (change) => {
    if (change.now && noteEventTime(Date.parse(change.now))) measureServerTime();
    if (applyChange(change)) return;
    toldOf = change.revision;
    change.all ? scheduleRefresh() : refresh();
  });
  socket.on("behind", ({ seconds }) => {
    clearTimeout(behindTimer);
    setBehind(seconds > 0);
  });
  socket.on("notification", (notification) => (fetching ? pendingNotifications.push(notification) : onNotification(notification)));
  addEventListener("offline", () => setOnline(false));
  addEventListener("online", () => (socket.connected ? onConnected() : socket.connect()));
}

/** Connect again as the user who has just signed in. */
export function reconnect() {
  socket.disconnect().connect();
}

/** Fetch board and user again; the promise is kept once the page has them. Calls during a fetch share the one after it. */
export function refresh() {
  if (!fetching) return fetching = fetchAndShow().finally(() => { fetching = null; });
  return fetchAgain ??= fetching.then(() => { fetchAgain = null; return refresh(); });
}

async function fetchAndShow() {
  try {
    const [me, board] = await fetchAll();
    if (state.me.authenticated && !me.authenticated) onSessionEnd();
    setMe(me);
    if (board) loadBoard(board);
    if (board && board.revision < toldOf) scheduleRefresh(); // of several servers, one answered that is behind
    if (socket.connected) setOnline(true);
    pendingNotifications.splice(0).forEach(onNotification);
  } catch (error) {
    console.info("the board could not be fetched:", error.message);
    setTimeout(refresh, 2000 + Math.random() * SPREAD_MS);
  }
}

/** Return the user, and the board if they may see it. */
async function fetchAll() {
  if (state.settings.strangers !== "none") return Promise.all([get("/me"), get("/vms")]);
  const me = await get("/me");
  return [me, me.authenticated && await get("/vms")];
}

/**
 * Refresh within the next seconds. All browsers hear of a large change at the same moment and must not all fetch then;
 * the answer includes what changes until it is sent.
 */
function scheduleRefresh() {
  refreshTimer ??= setTimeout(() => {
    refreshTimer = undefined;
    refresh();
  }, Math.random() * SPREAD_MS);
}

function onConnected() {
  clearTimeout(offlineTimer);
  offlineTimer = undefined;
  clearTimeout(behindTimer);
  behindTimer = setTimeout(() => setBehind(false), TOLD_WITHIN_MS); // it may be another server than before
  toldOf = 0;
  markStale();
  refresh();
}

function startOfflineTimer() {
  offlineTimer ??= setTimeout(() => setOnline(false), OFFLINE_AFTER_MS);
}
