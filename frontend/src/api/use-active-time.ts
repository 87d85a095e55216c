import { useEffect, useRef, useState } from "react";

const IDLE_AFTER_MS = 60_000;
const TICK_MS = 1_000;
const SIGNS_OF_LIFE = ["keydown", "pointerdown", "pointermove", "wheel", "touchmove"] as const;

export interface ActiveTime {
  seconds: () => number;
  lastActivityAt: () => number;
}

/**
 * Counts the seconds somebody really spends on this page: it is visible, and a key or the pointer
 * moved within the last minute. `onSecond` is called for each of them.
 */
export function useActiveTime(startSeconds: number, onSecond?: () => void): ActiveTime {
  const seconds = useRef(startSeconds);
  const last = useRef(0);
  const second = useRef(onSecond);
  useEffect(() => {
    second.current = onSecond;
  });

  useEffect(() => {
    last.current = Date.now();
    const onLife = () => {
      last.current = Date.now();
    };
    for (const sign of SIGNS_OF_LIFE) window.addEventListener(sign, onLife, { passive: true });
    const timer = setInterval(() => {
      const isActive =
        document.visibilityState === "visible" && Date.now() - last.current < IDLE_AFTER_MS;
      if (!isActive) return;
      seconds.current += TICK_MS / 1000;
      second.current?.();
    }, TICK_MS);
    return () => {
      for (const sign of SIGNS_OF_LIFE) window.removeEventListener(sign, onLife);
      clearInterval(timer);
    };
  }, []);

  const [reader] = useState<ActiveTime>(() => ({
    seconds: () => seconds.current,
    lastActivityAt: () => last.current,
  }));
  return reader;
}
