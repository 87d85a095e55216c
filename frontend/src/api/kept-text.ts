import { useState } from "react";

const PREFIX = "concord:kept-text:";

interface Kept {
  text: string;
  /** Under which the server stores the text once, however often it is sent. */
  clientKey: string;
  /** The words that went out under the key; they may be stored although no answer came. */
  sentText: string | null;
}

const empty = (): Kept => ({ text: "", clientKey: crypto.randomUUID(), sentText: null });

function stored(name: string): Kept | null {
  try {
    const kept = JSON.parse(window.localStorage.getItem(PREFIX + name) ?? "null") as Kept | null;
    return typeof kept?.text === "string" && typeof kept.clientKey === "string" ? kept : null;
  } catch {
    return null;
  }
}

function store(name: string, kept: Kept): void {
  try {
    if (kept.text === "") window.localStorage.removeItem(PREFIX + name);
    else window.localStorage.setItem(PREFIX + name, JSON.stringify(kept));
  } catch {
    // Without a store the text lives as long as the page.
  }
}

/** A text on its way into a form: it survives a reload, and goes when it has been sent. */
export function useKeptText(name: string) {
  const [kept, setKept] = useState<Kept>(() => stored(name) ?? empty());

  function keep(next: Kept) {
    setKept(next);
    store(name, next);
  }

  return {
    text: kept.text,
    clientKey: kept.clientKey,
    write: (text: string) => {
      const isSent = kept.sentText !== null && kept.sentText !== text;
      keep(isSent ? { ...empty(), text } : { ...kept, text });
    },
    markSent: () => keep({ ...kept, sentText: kept.text }),
    forget: () => keep(empty()),
  };
}
