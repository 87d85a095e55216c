import { useLocalStorage } from "@mantine/hooks";

import type { KeyChanges } from "./keyboard";

export type Layout = "single" | "stack" | "wide";
export type TextSize = "normal" | "large" | "larger";

/** Habits of one person at one browser. */
export interface Preferences {
  /** Single-character keys can be switched off: some speech and switch input types them by accident. */
  hasShortcuts: boolean;
  setShortcuts: (on: boolean) => void;
  /** Whether a rating opens the next unrated completion. */
  goesOn: boolean;
  setGoesOn: (on: boolean) => void;
  /** Texts as their source, in fixed width. */
  isRaw: boolean;
  setRaw: (on: boolean) => void;
  keyChanges: KeyChanges;
  setKeyChanges: (changes: KeyChanges) => void;
  /** Null until somebody chose: then the length of the texts decides. */
  layout: Layout | null;
  setLayout: (layout: Layout) => void;
  textSize: TextSize;
  setTextSize: (size: TextSize) => void;
  hasEasyLetters: boolean;
  setEasyLetters: (on: boolean) => void;
  isCalm: boolean;
  setCalm: (on: boolean) => void;
}

function useRemembered<Value>(key: string, defaultValue: Value): [Value, (value: Value) => void] {
  const [value, setValue] = useLocalStorage<Value>({
    key: `concord:preference:${key}`,
    defaultValue,
    getInitialValueInEffect: false,
  });
  return [value, setValue];
}

const NO_CHANGES: KeyChanges = {};

export function usePreferences(): Preferences {
  const [hasShortcuts, setShortcuts] = useRemembered("single-keys", true);
  const [goesOn, setGoesOn] = useRemembered("go-on-after-rating", true);
  const [isRaw, setRaw] = useRemembered("raw-text", false);
  const [keyChanges, setKeyChanges] = useRemembered<KeyChanges>("keys", NO_CHANGES);
  const [layout, setLayout] = useRemembered<Layout | null>("layout", null);
  const [textSize, setTextSize] = useRemembered<TextSize>("text-size", "normal");
  const [hasEasyLetters, setEasyLetters] = useRemembered("easy-letters", false);
  const [isCalm, setCalm] = useRemembered("reduced-motion", false);
  return {
    hasShortcuts,
    setShortcuts,
    goesOn,
    setGoesOn,
    isRaw,
    setRaw,
    keyChanges,
    setKeyChanges,
    layout,
    setLayout,
    textSize,
    setTextSize,
    hasEasyLetters,
    setEasyLetters,
    isCalm,
    setCalm,
  };
}
