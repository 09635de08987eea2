// Calls to the server. They return the answer or throw an ApiError with a message for the user.
import { base } from "./base.js";
import { noteServerTime } from "./clock.js";
import { t } from "./i18n.js";
import { loadSentences, refusalText } from "./sentences.js";
import { applyPresent, applyResponse, setMe, state } from "./state.js";

const TIMEOUT_MS = 20_000;

let seen = 0; // the number of the last change that this page knows of, where several nodes serve it (docs/api.md)

/** A failed call. `code` is the server's error code, or "unreachable"; `details` is the body of the answer. */
export class ApiError extends Error {
  constructor(message, code, details = {}) {
    super(message);
    this.code = code;
    this.details = details;
  }
}

export const get = (path) => request(path, { cache: "no-cache" });

export function post(path, body = {}) {
  return request(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
}

export const remove = (path) => request(path, { method: "DELETE" });

/** Post a call that returns one machine, and show that machine on the board at once. */
export async function postForVm(path, body) {
  const id = body.vm_id ?? body.id;
  const before = new Map([[id, state.vms.get(id)]]);
  const vm = await post(path, body);
  applyResponse([vm], before);
  return vm;
}

/** Post a call that returns several machines. The server changes all of them or none. */
export async function postForVms(path, body) {
  const before = new Map(state.vms);
  const { vms } = await post(path, body);
  applyResponse(vms, before);
  return vms;
}

async function request(path, options) {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  let response, answer;
  const sent = performance.now();
  const before = { vms: new Map(state.vms), groups: state.groups };
  const known = seen ? { "LoadZone-Seen": seen } : {};
  try {
    response = await fetch(base + path, { ...options, headers: { ...options.headers, ...known }, signal });
    noteTime(response, sent);
    noteSeen(Number(response.headers.get("LoadZone-Seen")), known["LoadZone-Seen"]);
    answer = await response.json();
  } catch (error) {
    console.info("no answer:", error.message);
    throw new ApiError(t(noAnswer(options, signal)), "unreachable");
  }
  if (response.ok) return answer;
  if (answer.code === "not_signed_in") setMe({ authenticated: false });
  if (answer.code === "changed") applyPresent(answer, before);
  await loadSentences();
  throw new ApiError(refusalText(answer), answer.code, answer);
}

/** Note what an answer or a socket tells of. The number goes back only if the server does not know the one it was `sent`. */
export function noteSeen(number, sent = 0) {
  if (number) seen = number < sent ? number : Math.max(seen, number);
}

/** Return the key of the sentence: only a call that is to change something leaves the user in doubt. */
function noAnswer({ method }, { aborted }) {
  if (!method) return "error.not_loaded";
  return aborted ? "error.slow" : "error.unreachable";
}

function noteTime({ headers }, sent) {
  const time = Date.parse(headers.get("LoadZone-Time"));
  if (time) noteServerTime(time, sent, performance.now());
}
