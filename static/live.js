// The socket: brings changes and notifications, notices when it is cut, and makes the page right again afterwards.
import { get } from "./api.js";
import { apply, distrust, load, setMe, setOnline } from "./state.js";
import { io } from "./vendor/socket.io-4.8.4.esm.min.js";

const GRACE = 1000;
const SPREAD = 3000;

let socket, graceTimer, soon, notify, fetching = false, again = false;
const early = []; // what was said while the board was fetched: whom it concerns is known afterwards

/** Connect, and call `listener` with every notification. */
export function connect(listener) {
  notify = listener;
  socket = io({ transports: ["websocket", "polling"], tryAllTransports: true, reconnectionDelay: 400,
    reconnectionDelayMax: 5000, randomizationFactor: 0.6 });
  socket.on("connect", welcome);
  socket.on("disconnect", (reason) => {
    missing();
    if (reason === "io server disconnect") socket.connect(); // the session ended; come again as who one is now
  });
  socket.on("connect_error", () => {
    missing();
    if (!socket.active) setTimeout(() => socket.connect(), 2000); // refused, not cut: the client gives up by itself
  });
  socket.on("change", (change) => {
    if (!apply(change)) change.all ? refreshSoon() : refresh();
  });
  socket.on("notification", (notice) => (fetching ? early.push(notice) : notify(notice)));
  addEventListener("offline", () => setOnline(false));
  addEventListener("online", () => (socket.connected ? welcome() : socket.connect()));
}

/** Come again as another person: after signing in. */
export function reconnect() {
  socket.disconnect().connect();
}

/** Fetch everything anew; calls that come meanwhile make it one more time. */
export async function refresh() {
  if (fetching) return void (again = true);
  fetching = true;
  try {
    const [board, me] = await Promise.all([get("/vms"), get("/me")]);
    setMe(me);
    load(board);
    if (socket.connected) setOnline(true);
    early.splice(0).forEach(notify);
  } catch (error) {
    console.info("the board could not be fetched:", error.message);
    setTimeout(refresh, 2000 + Math.random() * SPREAD);
  } finally {
    fetching = false;
  }
  if (again) {
    again = false;
    refresh();
  }
}

/** All browsers hear of a great change at once, and must not all ask at once; what changes until then is in the answer. */
function refreshSoon() {
  soon ??= setTimeout(() => {
    soon = undefined;
    refresh();
  }, Math.random() * SPREAD);
}

function welcome() {
  clearTimeout(graceTimer);
  graceTimer = undefined;
  distrust();
  refresh();
}

function missing() {
  graceTimer ??= setTimeout(() => setOnline(false), GRACE);
}
