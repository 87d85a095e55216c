import type { Preferences } from "./use-preferences";

let hasLetters = false;

/** The typeface comes when somebody wants it: most never do. */
export function loadEasyLetters(): void {
  if (hasLetters) return;
  hasLetters = true;
  void import("@fontsource/opendyslexic/400.css");
  void import("@fontsource/opendyslexic/700.css");
}

/** How the board is read, as attributes that the style sheets know. */
export function readingAttributes({ textSize, hasEasyLetters, isCalm }: Preferences) {
  return {
    "data-text-size": textSize === "normal" ? undefined : textSize,
    "data-easy-letters": hasEasyLetters || undefined,
    "data-calm": isCalm || undefined,
  };
}
