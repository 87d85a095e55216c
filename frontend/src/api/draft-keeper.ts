import { ApiError, sentenceFor } from "./errors";
import type { SavedDraft } from "./types";

export type DraftStatus =
  | "saved"
  | "changed"
  | "saving"
  // The server is away: the copy in this browser is what there is, and saving goes on trying.
  | "unreachable"
  // Somewhere else a newer draft was saved: a person must choose.
  | "conflict"
  // The task was answered or skipped somewhere else: there is no draft of it any more.
  | "closed"
  | "refused";

export interface DraftState<Body> {
  status: DraftStatus;
  /** Milliseconds of this browser's clock. */
  savedAt: number | null;
  leasedUntil: number | null;
  /** The slot may go to somebody else. The answer can still be finished and submitted. */
  isLeaseLost: boolean;
  conflict: StoredDraft<Body> | null;
  problem: string | null;
}

export interface StoredDraft<Body> {
  version: number;
  body: Body;
}

interface LocalCopy<Body> extends StoredDraft<Body> {
  at: number;
}

export type SaveDraft<Body> = (
  draft: StoredDraft<Body>,
  options: { isLeaving: boolean },
) => Promise<SavedDraft>;

const PREFIX = "concord:draft:";
const SAVE_AFTER_MS = 800;
const RETRY_AFTER_MS = [2_000, 4_000, 8_000, 15_000, 30_000];
const KEEP_COPIES_MS = 30 * 24 * 3600_000;

/** JSON with sorted keys: the database gives a body back with its keys in another order. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

function readCopy<Body>(storage: Storage, id: string): LocalCopy<Body> | null {
  try {
    const text = storage.getItem(PREFIX + id);
    return text ? (JSON.parse(text) as LocalCopy<Body>) : null;
  } catch {
    // An unreadable copy cannot be restored; the server's draft is used.
    return null;
  }
}

function removeOldCopies(storage: Storage, now: number): void {
  const keys = Array.from({ length: storage.length }, (_, index) => storage.key(index));
  for (const key of keys) {
    if (!key?.startsWith(PREFIX)) continue;
    const copy = readCopy<unknown>(storage, key.slice(PREFIX.length));
    if (!copy || now - copy.at > KEEP_COPIES_MS) storage.removeItem(key);
  }
}

interface KeeperOptions<Body> {
  id: string;
  server: StoredDraft<Body> | null;
  leasedUntil: string | null;
  save: SaveDraft<Body>;
  /** Whether two bodies say the same: the clock in them may have ticked on. */
  isSame: (left: Body, right: Body) => boolean;
  storage?: Storage;
}

/**
 * Keeps one unsent answer: in this browser at once, on the server 800 ms after the last change.
 *
 * The version sent is the one last seen. When the server holds a newer one the two bodies are put
 * before the person, unless it is what this browser sent itself and never heard back about.
 */
export class DraftKeeper<Body> {
  /** What to show when the task opens; null where nothing was ever entered. */
  readonly opened: Body | null;
  private state: DraftState<Body>;
  private readonly listeners = new Set<() => void>();
  private readonly options: KeeperOptions<Body>;
  private readonly storage: Storage;
  private version: number;
  private unsaved: Body | null = null;
  private latest: Body | null;
  private lastSent: Body | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private attempts = 0;
  private isSaving = false;
  private isStopped = false;
  private isReleased = false;

  constructor(options: KeeperOptions<Body>) {
    this.options = options;
    this.storage = options.storage ?? window.localStorage;
    removeOldCopies(this.storage, Date.now());
    const { server } = options;
    const copy = readCopy<Body>(this.storage, options.id);
    this.version = server?.version ?? 0;
    this.opened = copy?.body ?? server?.body ?? null;
    this.latest = this.opened;
    this.state = {
      status: "saved",
      savedAt: null,
      leasedUntil: options.leasedUntil ? Date.parse(options.leasedUntil) : null,
      isLeaseLost: options.leasedUntil === null,
      conflict: null,
      problem: null,
    };
    if (copy) this.openCopy(copy, server);
  }

  private openCopy(copy: LocalCopy<Body>, server: StoredDraft<Body> | null): void {
    if (server && this.options.isSame(copy.body, server.body)) {
      this.forgetCopy();
      return;
    }
    this.unsaved = copy.body;
    if (server && copy.version < server.version) {
      this.state = { ...this.state, status: "conflict", conflict: server };
    } else {
      this.state = { ...this.state, status: "changed" };
    }
  }

  /** Begins to save; separate from opening so that looking at a task starts no timer. */
  start(): void {
    this.isReleased = false;
    this.isStopped = false;
    if (this.unsaved !== null && this.state.status !== "conflict") this.schedule(SAVE_AFTER_MS);
  }

  /** Leaves the server alone from now on; the copy in this browser stays. */
  stop(): void {
    this.isStopped = true;
    clearTimeout(this.timer);
  }

  /**
   * Another tab works on this task now: the copy in this browser is that tab's, so neither is it
   * written nor taken away from here.
   */
  release(): void {
    this.stop();
    this.isReleased = true;
  }

  /** The answer has arrived for good: nothing here needs to be restored any more. */
  discard(): void {
    this.stop();
    this.unsaved = null;
    this.forgetCopy();
  }

  getState = (): DraftState<Body> => this.state;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  change(body: Body): void {
    this.latest = body;
    this.unsaved = body;
    this.writeCopy(body);
    if (this.state.status === "conflict") return;
    if (this.state.status === "saved") this.set({ status: "changed" });
    this.attempts = 0;
    this.schedule(SAVE_AFTER_MS);
  }

  /** Renews the lease by saving what there is, when it is more than half used up. */
  renew(body: Body, leaseIsOldBelowMs: number): void {
    const left = (this.state.leasedUntil ?? Infinity) - Date.now();
    if (left > leaseIsOldBelowMs || this.isSaving || this.state.status === "conflict") return;
    this.unsaved = body;
    void this.saveNow();
  }

  /** Renews a lease that is about to end, unless the server is known not to answer. */
  renewIfShort(body: Body, leaseIsShortBelowMs: number): void {
    if (this.state.status === "saved") this.renew(body, leaseIsShortBelowMs);
  }

  /** Saves without waiting: the page is being hidden, or the network came back. */
  flush(options = { isLeaving: false }): void {
    if (this.unsaved !== null) void this.saveNow(options);
  }

  /** The person chose between this browser's draft and the one saved elsewhere. */
  resolve(choice: "mine" | "theirs"): Body | null {
    const { conflict } = this.state;
    if (!conflict) return this.latest;
    this.version = conflict.version;
    this.set({ status: choice === "mine" ? "changed" : "saved", conflict: null });
    if (choice === "mine") {
      this.unsaved = this.latest;
      void this.saveNow();
    } else {
      this.latest = conflict.body;
      this.unsaved = null;
      this.forgetCopy();
    }
    return this.latest;
  }

  private schedule(delay: number): void {
    clearTimeout(this.timer);
    if (this.isStopped) return;
    this.timer = setTimeout(() => void this.saveNow(), delay);
  }

  private async saveNow(options = { isLeaving: false }): Promise<void> {
    clearTimeout(this.timer);
    if (this.isStopped || this.isSaving || this.unsaved === null) return;
    if (this.state.status === "conflict") return;
    const body = this.unsaved;
    this.isSaving = true;
    this.set({ status: "saving" });
    try {
      const saved = await this.options.save({ version: this.version, body }, options);
      this.afterSave(saved, body);
    } catch (error) {
      this.afterFailure(error, body);
    } finally {
      this.isSaving = false;
    }
  }

  private afterSave(saved: SavedDraft, body: Body): void {
    this.version = saved.version;
    this.attempts = 0;
    const isNewer = this.unsaved !== body;
    if (!isNewer) {
      this.unsaved = null;
      this.forgetCopy();
    } else if (this.unsaved !== null) {
      this.writeCopy(this.unsaved);
    }
    // The two clocks may differ: what counts is how long the server says the lease still runs.
    const leaseMs = saved.leased_until
      ? Date.parse(saved.leased_until) - Date.parse(saved.saved_at)
      : null;
    this.set({
      status: isNewer ? "changed" : "saved",
      savedAt: Date.now(),
      leasedUntil: leaseMs === null ? null : Date.now() + leaseMs,
      isLeaseLost: leaseMs === null,
      problem: null,
    });
    if (isNewer) this.schedule(SAVE_AFTER_MS);
  }

  private afterFailure(error: unknown, body: Body): void {
    if (!(error instanceof ApiError)) {
      this.set({ status: "refused", problem: sentenceFor(error) });
      return;
    }
    if (error.isTransient) {
      // The server may have stored this body although its answer never came.
      this.lastSent = body;
      this.set({ status: "unreachable", problem: error.detail });
      const step = Math.min(this.attempts, RETRY_AFTER_MS.length - 1);
      this.attempts += 1;
      this.schedule(RETRY_AFTER_MS[step] ?? 30_000);
    } else if (error.status === 412) {
      this.meetNewer(error);
    } else {
      const isGone = error.status === 404 || error.status === 409;
      this.set({ status: isGone ? "closed" : "refused", problem: error.detail });
    }
  }

  private meetNewer(error: ApiError): void {
    const { draft } = error.body as { draft: StoredDraft<Body> };
    const isOurs =
      (this.lastSent !== null && this.options.isSame(draft.body, this.lastSent)) ||
      (this.unsaved !== null && this.options.isSame(draft.body, this.unsaved));
    if (isOurs) {
      this.version = draft.version;
      this.lastSent = null;
      this.schedule(0);
    } else {
      this.set({ status: "conflict", conflict: draft, problem: null });
    }
  }

  private writeCopy(body: Body): void {
    if (this.isReleased) return;
    const copy: LocalCopy<Body> = { version: this.version, body, at: Date.now() };
    try {
      this.storage.setItem(PREFIX + this.options.id, JSON.stringify(copy));
    } catch {
      // A full or switched-off store costs the safety net, never the work: saving goes on.
    }
  }

  private forgetCopy(): void {
    if (this.isReleased) return;
    this.storage.removeItem(PREFIX + this.options.id);
  }

  private set(change: Partial<DraftState<Body>>): void {
    this.state = { ...this.state, ...change };
    for (const listener of this.listeners) listener();
  }
}
