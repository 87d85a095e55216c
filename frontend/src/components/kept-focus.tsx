import { createContext, useCallback, useContext, useEffect, useRef } from "react";
import type { FocusEvent, ReactNode } from "react";

const KeepFocus = createContext<() => void>(() => undefined);

/** For a dialog: to be called when it is gone, since what opened it may be gone too. */
export function useKeepFocus(): () => void {
  return useContext(KeepFocus);
}

/**
 * Where what had the focus goes away, as a button does that was pressed, the focus stays here: whoever
 * works by key or by voice goes on from the same place, and not from the top of the page.
 */
export function KeptFocus({
  as: Frame = "div",
  label,
  labelledBy,
  className,
  children,
}: {
  as?: "div" | "section";
  label?: string;
  /** The heading that names it already. */
  labelledBy?: string;
  className?: string;
  children: ReactNode;
}) {
  const frame = useRef<HTMLElement>(null);
  const last = useRef<Element | null>(null);

  // After every change of what stands here.
  useEffect(() => {
    if (last.current === null || last.current.isConnected) return;
    last.current = null;
    if (document.activeElement === document.body) frame.current?.focus({ preventScroll: true });
  });

  const keep = useCallback(() => {
    const now = document.activeElement;
    const isInDialog = now === last.current && !frame.current?.contains(now);
    if (now === document.body || isInDialog) frame.current?.focus({ preventScroll: true });
  }, []);

  function leave({ target }: FocusEvent) {
    // A button that waits for its answer cannot keep the focus, but nobody has left it.
    if (target.isConnected && !target.matches(":disabled")) last.current = null;
  }

  return (
    <KeepFocus value={keep}>
      <Frame
        ref={frame as never}
        className={className}
        role={Frame === "div" ? "group" : undefined}
        aria-label={label}
        aria-labelledby={labelledBy}
        tabIndex={-1}
        onFocus={({ target }) => {
          last.current = target;
        }}
        onBlur={leave}
      >
        {children}
      </Frame>
    </KeepFocus>
  );
}
