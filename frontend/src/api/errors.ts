export type FieldMessages = Record<string, string[]>;

/** What the server answered when it did not do what was asked, or that it could not be reached. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly fields: FieldMessages;
  /** The whole body: a draft conflict carries the draft that won. */
  readonly body: unknown;

  constructor(status: number, code: string, detail: string, fields: FieldMessages, body: unknown) {
    super(detail);
    this.name = "ApiError";
    this.status = status;
    this.code = code;
    this.detail = detail;
    this.fields = fields;
    this.body = body;
  }

  /** No answer came: the network or the server is away, and the same request may be sent again. */
  get isUnreachable(): boolean {
    return this.status === 0;
  }

  /** Sending exactly the same request later may succeed. */
  get isTransient(): boolean {
    return this.isUnreachable || this.status === 429 || this.status >= 500;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function readFields(value: unknown): FieldMessages {
  if (!isRecord(value)) return {};
  const entries = Object.entries(value).filter((entry): entry is [string, unknown[]] =>
    Array.isArray(entry[1]),
  );
  return Object.fromEntries(entries.map(([name, messages]) => [name, messages.map(String)]));
}

/** The one error shape, read without trusting it: a proxy in between may answer in HTML. */
export async function readError(response: Response): Promise<ApiError> {
  let body: unknown = null;
  try {
    body = await response.clone().json();
  } catch {
    body = null;
  }
  if (isRecord(body) && typeof body.code === "string" && typeof body.detail === "string") {
    return new ApiError(response.status, body.code, body.detail, readFields(body.fields), body);
  }
  const detail =
    response.status >= 500
      ? "The server could not answer. Nothing you entered is lost; try again in a moment."
      : `The server refused the request (${response.status}).`;
  return new ApiError(response.status, "unreadable_answer", detail, {}, body);
}

export function unreachable(cause: unknown): ApiError {
  const timedOut = cause instanceof Error && cause.name === "TimeoutError";
  return new ApiError(
    0,
    timedOut ? "timeout" : "unreachable",
    timedOut ? "The server took too long to answer." : "The server cannot be reached.",
    {},
    null,
  );
}

/** One sentence for a person, whatever was thrown. */
export function sentenceFor(error: unknown): string {
  if (error instanceof ApiError) return error.detail;
  return "Something went wrong in this page. Reload it; drafts are kept.";
}
