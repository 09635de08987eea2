// Calls to the server: an answer, or an ApiError that a person can read.
import { t } from "./i18n.js";
import { applyResponse, setMe, state } from "./state.js";

const TIMEOUT_MS = 20_000;

/** A call that did not do what was asked. `code` is the server's, or "unreachable". */
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

/** A call about one machine that answers with it: the board shows the answer at once. */
export async function postForVm(path, body) {
  const id = body.vm_id ?? body.id;
  const before = new Map([[id, state.vms.get(id)]]);
  const vm = await post(path, body);
  applyResponse([vm], before);
  return vm;
}

/** The same about several machines, all or none. */
export async function postForVms(path, body) {
  const before = new Map(state.vms);
  const { vms } = await post(path, body);
  applyResponse(vms, before);
  return vms;
}

async function request(path, options) {
  let response, answer;
  try {
    response = await fetch(path, { ...options, signal: AbortSignal.timeout(TIMEOUT_MS) });
    answer = await response.json();
  } catch (error) {
    throw new ApiError(t(error.name === "TimeoutError" ? "error.slow" : "error.unreachable"), "unreachable");
  }
  if (response.ok) return answer;
  if (answer.code === "not_signed_in") setMe({ authenticated: false });
  throw new ApiError(answer.error, answer.code, answer);
}
