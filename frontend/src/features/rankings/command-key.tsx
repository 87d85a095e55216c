import { createContext, useContext } from "react";

import { KeyHint } from "@/components/key-hint";

import { commandWithId, keyOf, printedKey } from "./keyboard";
import type { Preferences } from "./use-preferences";

type KeyNames = (id: string) => string | null;

/** What is printed on a command's key; null while single keys are switched off. */
export function keyNames({ keyChanges, hasShortcuts }: Preferences): KeyNames {
  return (id) => {
    const key = keyOf(commandWithId(id), keyChanges);
    return hasShortcuts || key.startsWith("Ctrl+") ? printedKey(key) : null;
  };
}

const KeyNamesContext = createContext<KeyNames>(() => null);

export const KeyNamesProvider = KeyNamesContext.Provider;

export function useKeyName(id: string): string | null {
  return useContext(KeyNamesContext)(id);
}

/** The key that does what the control does which this stands on. */
export function CommandKey({ id }: { id: string }) {
  const name = useKeyName(id);
  return name && <KeyHint>{name}</KeyHint>;
}
