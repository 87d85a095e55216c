import { useEffect } from "react";

import type { Flagging } from "./use-flagging";

/** Which command a key gives; the arrows follow the direction of the page. */
export function commandOf(
  event: Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey">,
  direction: string,
): "yes" | "no" | "back" | "forward" | null {
  if (event.ctrlKey || event.metaKey || event.altKey) return null;
  const isRightToLeft = direction === "rtl";
  switch (event.key) {
    case "y":
    case "Y":
      return "yes";
    case "n":
    case "N":
      return "no";
    case "ArrowLeft":
      return isRightToLeft ? "forward" : "back";
    case "ArrowRight":
      return isRightToLeft ? "back" : "forward";
    default:
      return null;
  }
}

/** The whole page listens: there is nothing to type in it. */
export function useFlagKeys({ say, back, forward }: Flagging): void {
  useEffect(() => {
    function onKeyDown(event: KeyboardEvent) {
      const command = commandOf(event, document.documentElement.dir);
      // A key that is held down is one answer, not one for every text that follows.
      if (command === null || event.repeat) return;
      event.preventDefault();
      const act = { yes: () => say(true), no: () => say(false), back, forward };
      act[command]();
    }
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, [say, back, forward]);
}
