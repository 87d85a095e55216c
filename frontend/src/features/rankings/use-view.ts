import { useMediaQuery } from "@mantine/hooks";
import { useState } from "react";

import type { Shown } from "./completion-text";
import type { Handle } from "./ordering";
import type { Layout, Preferences } from "./use-preferences";

/** Two completions being chosen, or side by side. */
export type Comparing =
  | { kind: "choosing"; first: Handle | null }
  | { kind: "open"; left: Handle; right: Handle };

export type Overlay = "help" | "settings" | "skip";

const SHORT_CHARACTERS = 600;
const LONG_CHARACTERS = 6_000;
const WIDE_SCREEN = "(min-width: 1900px)";
const WIDEST_SCREEN = "(min-width: 2400px)";
const SMALL_SCREEN = "(max-width: 40em)";

/** What was chosen, where the screen can show it; until then the length of the texts decides. */
export function layoutFor(
  chosen: Layout | null,
  completions: readonly Shown[],
  isWideScreen: boolean,
): Layout {
  if (chosen === "wide" && !isWideScreen) return "single";
  if (chosen) return chosen;
  return completions.every(({ text }) => text.length < SHORT_CHARACTERS) ? "stack" : "single";
}

/** The layouts this screen can show, one after the other. */
export function layoutAfter(layout: Layout, isWideScreen: boolean): Layout {
  const possible: Layout[] = isWideScreen ? ["single", "stack", "wide"] : ["single", "stack"];
  return possible[(possible.indexOf(layout) + 1) % possible.length] ?? "single";
}

/** What stands side by side: the current one and those after it, the last ones at the end. */
export function sideBySide(
  completions: readonly Shown[],
  current: Handle,
  count: number,
): readonly Shown[] {
  const place = completions.findIndex(({ handle }) => handle === current);
  const start = Math.max(0, Math.min(place, completions.length - count));
  return completions.slice(start, start + count);
}

/** How the board is looked at: what is on screen and what lies over it. None of it is an answer. */
export function useView(completions: readonly Shown[], preferences: Preferences) {
  const [overlay, setOverlay] = useState<Overlay | null>(null);
  const [comparing, setComparing] = useState<Comparing | null>(null);
  const [isPromptFolded, setPromptFolded] = useState(false);
  const [isNoteOpen, setNoteOpen] = useState(false);
  const [isSmallAccepted, setSmallAccepted] = useState(false);
  const isWideScreen = useMediaQuery(WIDE_SCREEN, false, { getInitialValueInEffect: false });
  const isWidestScreen = useMediaQuery(WIDEST_SCREEN, false, { getInitialValueInEffect: false });
  const isSmallScreen = useMediaQuery(SMALL_SCREEN, false, { getInitialValueInEffect: false });
  const layout = layoutFor(preferences.layout, completions, isWideScreen);

  function pick(handle: Handle) {
    setComparing((before) => {
      if (before?.kind !== "choosing" || handle === before.first) return before;
      return before.first
        ? { kind: "open", left: before.first, right: handle }
        : { kind: "choosing", first: handle };
    });
  }

  return {
    overlay,
    setOverlay,
    comparing,
    startComparing: () => setComparing({ kind: "choosing", first: null }),
    stopComparing: () => setComparing(null),
    pick,
    isPromptFolded,
    toggleFold: () => setPromptFolded((folded) => !folded),
    isNoteOpen,
    setNoteOpen,
    layout,
    numBeside: isWidestScreen ? 3 : 2,
    nextLayout: () => preferences.setLayout(layoutAfter(layout, isWideScreen)),
    /** Long texts and a small screen: whoever works has to want it. */
    isTooSmall:
      isSmallScreen &&
      !isSmallAccepted &&
      completions.some(({ text }) => text.length > LONG_CHARACTERS),
    acceptSmall: () => setSmallAccepted(true),
  };
}
