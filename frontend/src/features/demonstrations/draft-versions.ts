/** Earlier states of one draft, in this browser only: a way back that the draft itself has not. */
export interface DraftVersion {
  at: number;
  text: string;
}

const PREFIX = "concord:versions:";
const EVERY_MS = 30_000;
const MAX_VERSIONS = 40;
const MAX_CHARACTERS = 200_000;
const KEEP_MS = 30 * 24 * 3600_000;

function isVersion(value: unknown): value is DraftVersion {
  const version = value as DraftVersion | null;
  return typeof version?.at === "number" && typeof version.text === "string";
}

/** The kept versions of a draft, the latest first. */
export function readVersions(id: string, storage: Storage = window.localStorage): DraftVersion[] {
  try {
    const kept = JSON.parse(storage.getItem(PREFIX + id) ?? "[]") as unknown;
    return Array.isArray(kept) ? kept.filter(isVersion) : [];
  } catch {
    return [];
  }
}

/** The newest versions that fit; the newest always does. */
function withinBounds(versions: DraftVersion[]): DraftVersion[] {
  let characters = 0;
  return versions.slice(0, MAX_VERSIONS).filter(({ text }, index) => {
    characters += text.length;
    return index === 0 || characters <= MAX_CHARACTERS;
  });
}

function forgetOld(now: number, storage: Storage): void {
  const keys = Array.from({ length: storage.length }, (_, index) => storage.key(index));
  for (const key of keys) {
    if (!key?.startsWith(PREFIX)) continue;
    const newest = readVersions(key.slice(PREFIX.length), storage)[0];
    if (!newest || now - newest.at > KEEP_MS) storage.removeItem(key);
  }
}

interface Moment {
  now: number;
  /** When writing began here: its first letters are no version. */
  startedAt: number;
  /** The text is about to be replaced as a whole, however early it is. */
  isUrgent: boolean;
}

function isDue(text: string, newest: DraftVersion | undefined, moment: Moment): boolean {
  if (text.trim() === "" || newest?.text === text) return false;
  const last = Math.max(newest?.at ?? moment.startedAt, moment.startedAt);
  return moment.isUrgent || moment.now - last >= EVERY_MS;
}

/**
 * Keeps the text as a version, at most once in half a minute. A blank text and one that is kept
 * already are left out.
 */
export function keepVersion(id: string, text: string, given: Partial<Moment> = {}): void {
  const moment = { now: Date.now(), startedAt: -Infinity, isUrgent: false, ...given };
  const storage = window.localStorage;
  const kept = readVersions(id);
  if (!isDue(text, kept[0], moment)) return;
  try {
    if (kept.length === 0) forgetOld(moment.now, storage);
    const versions = withinBounds([{ at: moment.now, text }, ...kept]);
    storage.setItem(PREFIX + id, JSON.stringify(versions));
  } catch {
    // A full store costs the versions, never the draft.
  }
}

export function forgetVersions(id: string, storage: Storage = window.localStorage): void {
  storage.removeItem(PREFIX + id);
}
