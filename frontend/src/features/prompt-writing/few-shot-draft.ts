import { useState } from "react";

/** One set on its way into the form: it survives a reload, and goes when it is stored. */
export interface Pair {
  query: string;
  response: string;
}
export interface SetDraft {
  instruction: string;
  pairs: Pair[];
  category: string | null;
  /** Under which the server stores the set once, however often it is sent. */
  clientKey: string;
}

const KEY = "concord:few-shot-set";
export const MIN_PAIRS = 2;
export const MAX_PAIRS = 16;

export function emptySet(): SetDraft {
  const pair = { query: "", response: "" };
  return {
    instruction: "",
    pairs: [{ ...pair }, { ...pair }],
    category: null,
    clientKey: crypto.randomUUID(),
  };
}

function isPair(value: unknown): value is Pair {
  const pair = value as Pair | null;
  return typeof pair?.query === "string" && typeof pair.response === "string";
}

export function readSet(storage: Storage = window.localStorage): SetDraft {
  try {
    const kept = JSON.parse(storage.getItem(KEY) ?? "null") as SetDraft | null;
    const isWhole =
      typeof kept?.instruction === "string" &&
      typeof kept.clientKey === "string" &&
      Array.isArray(kept.pairs) &&
      kept.pairs.every(isPair);
    return isWhole ? kept : emptySet();
  } catch {
    return emptySet();
  }
}

function isBlank({ instruction, pairs }: SetDraft): boolean {
  return [instruction, ...pairs.flatMap(({ query, response }) => [query, response])].every(
    (text) => text === "",
  );
}

/** The set in this browser. Every change makes it another set, which needs another key. */
export function useSetDraft() {
  const [draft, setDraft] = useState(readSet);

  function keep(next: SetDraft) {
    setDraft(next);
    try {
      if (isBlank(next)) window.localStorage.removeItem(KEY);
      else window.localStorage.setItem(KEY, JSON.stringify(next));
    } catch {
      // Without a store the set lives as long as the page.
    }
  }

  const change = (part: Partial<SetDraft>) =>
    keep({ ...draft, ...part, clientKey: crypto.randomUUID() });
  return {
    draft,
    change,
    changePair: (index: number, part: Partial<Pair>) =>
      change({ pairs: draft.pairs.map((pair, n) => (n === index ? { ...pair, ...part } : pair)) }),
    addPair: () => change({ pairs: [...draft.pairs, { query: "", response: "" }] }),
    removePair: (index: number) => change({ pairs: draft.pairs.filter((_, n) => n !== index) }),
    forget: () => keep(emptySet()),
  };
}
