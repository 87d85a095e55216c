import createClient from "openapi-fetch";
import type { Middleware } from "openapi-fetch";

import { ApiError, readError, unreachable } from "./errors";
import type { paths } from "./schema";

const TIMEOUT_SECONDS = 30;
const SAFE_METHODS = new Set(["GET", "HEAD", "OPTIONS"]);

let onUnauthenticated: () => void = () => undefined;

/** The application decides what a lost session means; features never look at a 401. */
export function whenUnauthenticated(listener: () => void): void {
  onUnauthenticated = listener;
}

function csrfToken(): string | null {
  const pair = document.cookie
    .split("; ")
    .find((cookie) => cookie.startsWith("csrftoken=") || cookie.startsWith("__Host-csrftoken="));
  return pair ? decodeURIComponent(pair.slice(pair.indexOf("=") + 1)) : null;
}

const csrf: Middleware = {
  onRequest({ request }) {
    const token = csrfToken();
    if (!SAFE_METHODS.has(request.method) && token) request.headers.set("X-CSRFToken", token);
    return request;
  },
};

const errors: Middleware = {
  async onResponse({ response }) {
    if (response.ok) return;
    const error = await readError(response);
    if (error.status === 401) onUnauthenticated();
    throw error;
  },
};

async function fetchWithTimeout(request: Request): Promise<Response> {
  const signal = AbortSignal.any([request.signal, AbortSignal.timeout(TIMEOUT_SECONDS * 1000)]);
  try {
    return await fetch(request, { signal });
  } catch (cause) {
    // A cancelled query is no failure: it goes back to the query library as it came.
    if (request.signal.aborted) throw cause;
    throw unreachable(cause);
  }
}

export const api = createClient<paths>({
  baseUrl: window.location.origin,
  credentials: "same-origin",
  headers: { Accept: "application/json" },
  fetch: fetchWithTimeout,
});
api.use(csrf, errors);

/** The body of a call; every other outcome has been thrown as an ApiError on the way. */
export async function bodyOf<Body>(call: Promise<{ data?: Body; response: Response }>): Promise<Body> {
  const { data, response } = await call;
  if (data === undefined) {
    throw new ApiError(response.status, "empty_answer", "The server's answer was empty.", {}, null);
  }
  return data;
}

/** Waits for a call whose answer has no body. */
export async function done(call: Promise<{ response: Response }>): Promise<void> {
  await call;
}
