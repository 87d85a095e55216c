import { memo, useEffect, useLayoutEffect, useRef } from "react";
import { useTranslation } from "react-i18next";

import { MarkdownText } from "@/components/markdown-text";

import classes from "./completion-text.module.css";
import type { Handle } from "./ordering";

export interface Shown {
  handle: Handle;
  letter: string;
  text: string;
}

/** Where the texts on screen tell what is seen of them. Stays the same while the board is open. */
export interface Sightings {
  onView: (handle: Handle, isInView: boolean) => void;
  onEnd: (handle: Handle) => void;
  onBox: (handle: Handle, box: HTMLElement | null) => void;
}

function useSightings(handle: Handle, { onView, onEnd, onBox }: Sightings) {
  const box = useRef<HTMLDivElement>(null);
  const end = useRef<HTMLParagraphElement>(null);
  // Before the board's own effects, which ask where to scroll.
  useLayoutEffect(() => {
    onBox(handle, box.current);
    return () => onBox(handle, null);
  }, [handle, onBox]);
  useEffect(() => {
    const canObserve = "IntersectionObserver" in window;
    if (!canObserve || !box.current || !end.current) {
      // Nobody can tell what is seen: then it is what is on the page.
      onView(handle, true);
      onEnd(handle);
      return () => onView(handle, false);
    }
    const observer = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) {
        if (target === box.current) onView(handle, isIntersecting);
        else if (isIntersecting) onEnd(handle);
      }
    });
    observer.observe(box.current);
    observer.observe(end.current);
    return () => {
      observer.disconnect();
      onView(handle, false);
    };
  }, [handle, onView, onEnd]);
  return { box, end };
}

/** One completion, whole. A key press that does not concern it draws nothing of it anew. */
export const CompletionText = memo(function CompletionText({
  shown,
  title,
  isHidden = false,
  isRaw,
  isFlowing = false,
  sightings,
  onFocus,
}: {
  shown: Shown;
  /** Said above it when it stands beside another one. */
  title?: string;
  /** Ready to be shown, and not shown now. */
  isHidden?: boolean;
  isRaw: boolean;
  /** It stands in a column that scrolls, and does not scroll itself. */
  isFlowing?: boolean;
  sightings: Sightings;
  onFocus?: (handle: Handle) => void;
}) {
  const { t } = useTranslation("rankings");
  const { handle, letter, text } = shown;
  const { box, end } = useSightings(handle, sightings);
  return (
    <div
      ref={box}
      className={classes.text}
      hidden={isHidden}
      data-flowing={isFlowing || undefined}
      data-beside={title ? true : undefined}
      // A scrolled region must be reachable by key.
      // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
      role="group"
      aria-label={t("completionText", { letter })}
      onFocus={onFocus && (() => onFocus(handle))}
    >
      {title && <h3 className={classes.beside}>{title}</h3>}
      <MarkdownText text={text} isRaw={isRaw} />
      <p ref={end} className={classes.end}>
        {t("end", { letter })}
      </p>
    </div>
  );
});
