// The socket: brings changes and notifications, notices when it is cut, and makes the page right again afterwards.
import { get } from "./api.js";
import { applyChange, loadBoard, markStale, setMe, setOnline } from "./state.js";
import { io } from "./vendor/socket.io-4.8.4.esm.min.js";

const OFFLINE_AFTER_MS = 1000;
const SPREAD_MS = 3000;

let socket, offlineTimer, refreshTimer, onNotification, fetching = false, refreshAgain = false;
const pendingNotifications = []; // what was said while the board was fetched: whom it concerns is known afterwards

/** Connect, and call `listener` with every notification. */
export function connect(listener) {
  onNotification = listener;
  socket = io({ transports: ["websocket", "polling"], tryAllTransports: true, reconnectionDelay: 400,
    reconnectionDelayMax: 5000, randomizationFactor: 0.6 });
  socket.on("connect", onConnected);
  socket.on("disconnect", (reason) => {
    startOfflineTimer();
    if (reason === "io server disconnect") socket.connect(); // the session ended; come again as who one is now
  });
  socket.on("connect_error", () => {
    startOfflineTimer();
    if (!socket.active) setTimeout(() => socket.connect(), 2000); // refused, not cut: the client gives up by itself
  });
  socket.on("change", (change) => {
    if (!applyChange(change)) change.all ? scheduleRefresh() : refresh();
  });
  socket.on("notification", (notification) => (fetching ? pendingNotifications.push(notification) : onNotification(notification)));
  addEventListener("offline", () => setOnline(false));
  addEventListener("online", () => (socket.connected ? onConnected() : socket.connect()));
}

/** Come again as another person: after signing in. */
export function reconnect() {
  socket.disconnect().connect();
}

/** Fetch everything anew; calls that come meanwhile make it one more time. */
export async function refresh() {
  if (fetching) return void (refreshAgain = true);
  fetching = true;
  try {
    const [board, me] = await Promise.all([get("/vms"), get("/me")]);
    setMe(me);
    loadBoard(board);
    if (socket.connected) setOnline(true);
    pendingNotifications.splice(0).forEach(onNotification);
  } catch (error) {
    console.info("the board could not be fetched:", error.message);
    setTimeout(refresh, 2000 + Math.random() * SPREAD_MS);
  } finally {
    fetching = false;
  }
  if (refreshAgain) {
    refreshAgain = false;
    refresh();
  }
}

/** All browsers hear of a great change at once, and must not all ask at once; what changes until then is in the answer. */
function scheduleRefresh() {
  refreshTimer ??= setTimeout(() => {
    refreshTimer = undefined;
    refresh();
  }, Math.random() * SPREAD_MS);
}

function onConnected() {
  clearTimeout(offlineTimer);
  offlineTimer = undefined;
  markStale();
  refresh();
}

function startOfflineTimer() {
  offlineTimer ??= setTimeout(() => setOnline(false), OFFLINE_AFTER_MS);
}
