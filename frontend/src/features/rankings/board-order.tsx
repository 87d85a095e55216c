import { useTranslation } from "react-i18next";

import type { WorkplaceProps } from "@/api/assignments";

import { isSeeded } from "./asked";
import { followRatings, judgmentOf, keepOnPurpose, reorder } from "./board";
import { Ladder } from "./ladder";
import { LadderHead } from "./ladder-head";
import { place, placeInGap, tierOf } from "./ordering";
import classes from "./ranking-board.module.css";
import { SubmitPanel } from "./submit-panel";
import type { BoardModel } from "./use-board";

function Head({ model }: { model: BoardModel }) {
  const { draft, readiness, run } = model;
  const isDraft = readiness.isOrderOnlyFromRatings;
  return (
    <LadderHead
      isDraft={isDraft}
      canFollowRatings={isSeeded(model.assignment) && !isDraft}
      onFollowRatings={() => draft.change(followRatings)}
      onTieAll={() => run({ kind: "tie-all" })}
      noneAcceptable={
        model.asked.kind === "ranking"
          ? {
              isSaid: draft.board.isNoneAcceptable,
              onTurn: () => run({ kind: "none-acceptable" }),
            }
          : null
      }
    />
  );
}

/** The order that the completions get, and the way out. */
export function BoardOrder({
  model,
  notice,
}: {
  model: BoardModel;
  notice: WorkplaceProps["notice"];
}) {
  const { t } = useTranslation("rankings");
  const { draft, order, current, readiness } = model;
  return (
    <section className={classes.side} data-phase={draft.phase} aria-label={t("order")}>
      <div className={classes.ladder}>
        <Head model={model} />
        <Ladder
          tiers={model.ladder}
          unplaced={model.unplaced}
          selected={current.handle}
          isDraft={readiness.isOrderOnlyFromRatings}
          isOrdering={draft.phase === "order"}
          factsOf={model.factsOf}
          onSelect={model.setCurrent}
          onPlace={(handle, tier) => {
            model.setCurrent(handle);
            draft.change((board) => reorder(board, order, (tiers) => place(tiers, handle, tier)));
          }}
          onPlaceInGap={(handle, gap) => {
            model.setCurrent(handle);
            draft.change((board) =>
              reorder(board, order, (tiers) => placeInGap(tiers, handle, gap)),
            );
          }}
        />
      </div>
      <SubmitPanel
        readiness={readiness}
        unread={model.unread}
        submitting={model.submitting}
        isConfirming={model.isConfirming}
        letterOf={model.letterOf}
        ratingOf={(handle) => judgmentOf(draft.board, handle).rating}
        onFixOrder={({ above, below }) => {
          model.setCurrent(below);
          draft.change((board) =>
            reorder(board, order, (tiers) => placeInGap(tiers, below, tierOf(tiers, above))),
          );
        }}
        onFixRating={({ above }) => {
          model.setCurrent(above);
          draft.setPhase("rate");
        }}
        onKeep={(pairs) => draft.change((board) => keepOnPurpose(board, pairs))}
        onSubmit={() => model.run({ kind: "submit" })}
        onConfirm={model.confirm}
        onBack={model.orderByHand}
      />
      {notice && <div className={classes.notice}>{notice}</div>}
    </section>
  );
}
