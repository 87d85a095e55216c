import { useLayoutEffect, useRef, useState } from "react";

import type { Shown, Sightings } from "./completion-text";
import type { Handle } from "./ordering";

/** Faster than this nobody reads: some 900 words in a minute. */
const FASTEST_CHARACTERS_PER_SECOND = 90;
const PAGE_SHARE = 0.9;

/** What of the texts is on screen, what was seen to its end, and where each of them scrolls. */
export function useSightings() {
  const [seen] = useState(() => ({
    inView: new Set<Handle>(),
    ended: new Set<Handle>(),
    boxes: new Map<Handle, HTMLElement>(),
    column: null as HTMLElement | null,
  }));
  const [sightings] = useState<Sightings>(() => ({
    onView: (handle, isInView) => {
      if (isInView) seen.inView.add(handle);
      else seen.inView.delete(handle);
    },
    onEnd: (handle) => seen.ended.add(handle),
    onBox: (handle, box) => {
      if (box) seen.boxes.set(handle, box);
      else seen.boxes.delete(handle);
    },
  }));
  const [readers] = useState(() => ({
    inView: () => [...seen.inView],
    onColumn: (column: HTMLElement | null) => {
      seen.column = column;
    },
    boxOf: (handle: Handle) => seen.boxes.get(handle) ?? null,
    /** What scrolls when a page is turned: the text itself, or the column it stands in. */
    page: (handle: Handle, by: -1 | 1) => {
      const own = seen.boxes.get(handle);
      const box = own && own.scrollHeight > own.clientHeight + 1 ? own : (seen.column ?? own);
      box?.scrollBy({ top: by * box.clientHeight * PAGE_SHARE });
    },
    /** Whether a text was in front too briefly to be read, and never to its end. */
    isUnread: ({ handle, text }: Shown, secondsShown: number) =>
      !seen.ended.has(handle) && secondsShown < text.length / FASTEST_CHARACTERS_PER_SECOND,
  }));
  return { sightings, ...readers };
}

function bringIntoView(element: HTMLElement): void {
  element.closest("article")?.scrollIntoView({ block: "nearest", behavior: "instant" });
}

/** Keeps the place in each text, so that comparing two completions does not start them over. */
export function useReadingPlaces(
  boxOf: (handle: Handle) => HTMLElement | null,
  current: Handle,
  isFlowing: boolean,
): void {
  const places = useRef(new Map<Handle, number>());
  const opened = useRef<Handle | null>(null);
  useLayoutEffect(() => {
    const element = boxOf(current);
    const isFirst = opened.current === null;
    opened.current = current;
    if (!element) return undefined;
    if (isFlowing) {
      if (!isFirst) bringIntoView(element);
      return undefined;
    }
    const remembered = places.current;
    element.scrollTo({ top: remembered.get(current) ?? 0, behavior: "instant" });
    // Where the page scrolls instead of the box, the next text must not open below its end.
    if (element.getBoundingClientRect().top < 0) {
      element.closest("section")?.scrollIntoView({ behavior: "instant" });
    }
    const onScroll = () => remembered.set(current, element.scrollTop);
    element.addEventListener("scroll", onScroll, { passive: true });
    return () => element.removeEventListener("scroll", onScroll);
  }, [boxOf, current, isFlowing]);
}
