import { vi } from "vitest";

export interface RecordedRequest {
  method: string;
  path: string;
  /** With its question mark; empty without one. */
  query: string;
  body: unknown;
}
export type Answer = { status?: number; body?: unknown };
type Handler = Answer | ((request: RecordedRequest) => Answer | Promise<Answer>);

/** The network's other end: answers by "METHOD /path/", remembers what it was asked. */
export class FakeServer {
  readonly requests: RecordedRequest[] = [];
  /** While true every request fails the way a dead network fails. */
  isDown = false;
  private readonly handlers = new Map<string, Handler>();

  /** Replaces the page's fetch; vitest takes it back after each test. */
  install(): this {
    vi.stubGlobal("fetch", (input: RequestInfo | URL, init?: RequestInit) =>
      this.answer(input, init),
    );
    return this;
  }

  on(route: string, handler: Handler): this {
    this.handlers.set(route, handler);
    return this;
  }

  sent(route: string): RecordedRequest[] {
    return this.requests.filter((request) => `${request.method} ${request.path}` === route);
  }

  private async answer(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
    const request =
      input instanceof Request
        ? input
        : new Request(new URL(String(input), window.location.origin), {
            method: init?.method,
            body: init?.body,
          });
    const { pathname: path, search: query } = new URL(request.url);
    const text = await request.text();
    const recorded = {
      method: request.method,
      path,
      query,
      body: text ? (JSON.parse(text) as unknown) : null,
    };
    if (this.isDown) throw new TypeError("Failed to fetch");
    this.requests.push(recorded);
    return this.respond(recorded);
  }

  private async respond(recorded: RecordedRequest): Promise<Response> {
    const handler = this.handlers.get(`${recorded.method} ${recorded.path}`);
    if (!handler) {
      return Response.json(
        { code: "not_found", detail: `No answer for ${recorded.path}`, fields: {} },
        { status: 404 },
      );
    }
    const { status = 200, body } = typeof handler === "function" ? await handler(recorded) : handler;
    return status === 204 ? new Response(null, { status }) : Response.json(body, { status });
  }
}

export function refusal(status: number, code: string, detail: string, more: object = {}): Answer {
  return { status, body: { code, detail, fields: {}, ...more } };
}
