import { ApiError } from "./errors";

const PREFIX = "concord:client-key:";
const RETRY_AFTER_MS = [1_000, 2_000, 4_000, 8_000, 15_000, 30_000];

export type SubmissionState =
  | { phase: "idle" }
  | { phase: "sending"; attempt: number }
  // No answer came. The same answer with the same key goes out again at `retryAt`.
  | { phase: "waiting"; attempt: number; retryAt: number; problem: string }
  | { phase: "refused"; error: ApiError }
  | { phase: "accepted" };

/**
 * The key under which the server stores one answer once, however often it is sent.
 *
 * It is made when the task opens and survives a reload, so that a retry after one is still a retry.
 */
export function clientKeyFor(assignmentId: string, storage: Storage = window.localStorage): string {
  const stored = storage.getItem(PREFIX + assignmentId);
  if (stored) return stored;
  const made = crypto.randomUUID();
  try {
    storage.setItem(PREFIX + assignmentId, made);
  } catch {
    // Without a store the key lives as long as the page.
  }
  return made;
}

export function forgetClientKey(assignmentId: string, storage: Storage = window.localStorage): void {
  storage.removeItem(PREFIX + assignmentId);
}

/** Sends one answer until the server has said yes or no. */
export class Submission {
  private state: SubmissionState = { phase: "idle" };
  private readonly listeners = new Set<() => void>();
  private send: (() => Promise<unknown>) | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;

  getState = (): SubmissionState => this.state;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Whether an answer is on its way; it must not be changed meanwhile. */
  get isUnderWay(): boolean {
    return this.state.phase === "sending" || this.state.phase === "waiting";
  }

  begin(send: () => Promise<unknown>): void {
    if (this.isUnderWay || this.state.phase === "accepted") return;
    this.send = send;
    void this.attempt(1);
  }

  /** Does not wait for the next retry: the network came back, or a person asked for it. */
  retryNow(): void {
    if (this.state.phase === "waiting") void this.attempt(this.state.attempt + 1);
  }

  /** Stops retrying so that the answer can be changed. */
  stop(): void {
    clearTimeout(this.timer);
    if (this.state.phase === "waiting" || this.state.phase === "refused") {
      this.set({ phase: "idle" });
    }
  }

  private async attempt(attempt: number): Promise<void> {
    clearTimeout(this.timer);
    if (!this.send) return;
    this.set({ phase: "sending", attempt });
    try {
      await this.send();
      this.set({ phase: "accepted" });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.isTransient) this.wait(attempt, error);
      else this.set({ phase: "refused", error });
    }
  }

  private wait(attempt: number, error: ApiError): void {
    const step = Math.min(attempt, RETRY_AFTER_MS.length) - 1;
    const delay = RETRY_AFTER_MS[step] ?? 30_000;
    this.set({ phase: "waiting", attempt, retryAt: Date.now() + delay, problem: error.detail });
    this.timer = setTimeout(() => this.retryNow(), delay);
  }

  private set(state: SubmissionState): void {
    this.state = state;
    for (const listener of this.listeners) listener();
  }
}
