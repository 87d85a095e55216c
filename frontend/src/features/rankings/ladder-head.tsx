import { KeyHint } from "@/components/key-hint";

import classes from "./ladder-head.module.css";

/** Whose order the ladder shows, and the two moves that concern all of it. */
export function LadderHead({
  isDraft,
  canFollowRatings,
  onFollowRatings,
  onTieAll,
}: {
  isDraft: boolean;
  canFollowRatings: boolean;
  onFollowRatings: () => void;
  onTieAll: () => void;
}) {
  return (
    <header className={classes.head}>
      <h2 className={classes.title}>Order</h2>
      <span className={classes.source}>{isDraft ? "draft from your ratings" : "yours"}</span>
      <div className={classes.moves}>
        {canFollowRatings && (
          <button type="button" className={classes.move} onClick={onFollowRatings}>
            Follow ratings
          </button>
        )}
        <button type="button" className={classes.move} onClick={onTieAll}>
          All equal <KeyHint>Shift =</KeyHint>
        </button>
      </div>
    </header>
  );
}
