import { durationWords } from "./duration";
import classes from "./save-state.module.css";
import { useNow } from "./use-now";

const SHOW_BELOW_MS = 10 * 60_000;
const WARN_BELOW_MS = 3 * 60_000;

/** How long the open piece of work is still held. Quiet until it matters. */
export function LeaseState({ until, isLost }: { until: number | null; isLost: boolean }) {
  const now = useNow();
  if (until === null && !isLost) return null;
  const left = (until ?? 0) - now;
  if (left <= 0 || isLost) {
    return (
      <span className={classes.state} data-tone="caution">
        No longer held for you
      </span>
    );
  }
  if (left > SHOW_BELOW_MS) return null;
  const isShort = left < WARN_BELOW_MS;
  return (
    <span
      className={classes.state}
      data-tone={isShort ? "caution" : "calm"}
      title="Working on it renews this"
    >
      Held for you {durationWords(left)} more
    </span>
  );
}
