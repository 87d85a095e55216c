import { Button, Group, VisuallyHidden } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";

import { getAssignment } from "@/api/assignments";
import type { WorkplaceProps } from "@/api/assignments";
import { catalogueQuery } from "@/api/labeling";
import type { Catalogue } from "@/api/types";
import { useSoleTab } from "@/api/use-sole-tab";
import { DraftBanner } from "@/components/draft-banner";
import { LoadingPage } from "@/components/loading-page";
import { QueryProblem } from "@/components/query-problem";

import { BoardBar } from "./board-bar";
import { BoardCentre, PromptPane } from "./board-centre";
import { BoardOrder } from "./board-order";
import { BoardOverlays } from "./board-overlays";
import { keyNames, KeyNamesProvider } from "./command-key";
import { OtherTabBanner } from "./other-tab";
import classes from "./ranking-board.module.css";
import { loadEasyLetters, readingAttributes } from "./reading";
import { useBoard } from "./use-board";
import type { BoardModel } from "./use-board";

interface BoardProps extends WorkplaceProps {
  catalogue: Catalogue;
  isHeldHere: boolean;
  /** Said above the board when the task is worked on somewhere else. */
  banner: React.ReactNode;
}

/** Long texts on a small screen are hard to judge well: said once, politely. */
function TooSmall({ model }: { model: BoardModel }) {
  const { t } = useTranslation("rankings");
  return (
    <main className={classes.tooSmall}>
      <p>{t("longTexts")}</p>
      <Group>
        <Button onClick={() => model.run({ kind: "skip" })}>{t("skip")}</Button>
        <Button variant="default" onClick={model.view.acceptSmall}>
          {t("workHereAllTheSame")}
        </Button>
      </Group>
    </main>
  );
}

function Columns({ model, ...props }: BoardProps & { model: BoardModel }) {
  return (
    <main
      className={classes.columns}
      data-folded={model.view.isPromptFolded || undefined}
      data-layout={model.view.layout}
      data-phase={model.draft.phase}
      // While the answer is on its way it must stay what was sent.
      data-locked={model.submitting.isUnderWay || !props.isHeldHere || undefined}
    >
      <PromptPane model={model} catalogue={props.catalogue} />
      <BoardCentre model={model} catalogue={props.catalogue} />
      <BoardOrder model={model} notice={props.notice} />
    </main>
  );
}

function Board(props: BoardProps) {
  const { catalogue } = props;
  const model = useBoard(props, catalogue, props.isHeldHere);
  const { preferences } = model;
  useEffect(() => {
    if (preferences.hasEasyLetters) loadEasyLetters();
  }, [preferences.hasEasyLetters]);
  return (
    <KeyNamesProvider value={keyNames(preferences)}>
      <div className={classes.page} {...readingAttributes(preferences)}>
        <BoardBar model={model} />
        {props.banner}
        {props.isHeldHere && <DraftBanner state={model.draft.state} />}
        {model.view.isTooSmall ? (
          <TooSmall model={model} />
        ) : (
          <Columns {...props} model={model} />
        )}
        <VisuallyHidden role="status" aria-live="polite">
          {model.announcement}
        </VisuallyHidden>
        <BoardOverlays model={model} catalogue={catalogue} onSkip={props.onSkip} />
      </div>
    </KeyNamesProvider>
  );
}

/** The task as it is on the server by now: another tab may have worked on it. */
function MovedBoard({ numMoves, ...props }: BoardProps & { numMoves: number }) {
  const { assignment } = props;
  const latest = useQuery({
    queryKey: ["labeling", "moved-here", assignment.id, numMoves],
    queryFn: ({ signal }) => getAssignment(assignment.id, signal),
    staleTime: Infinity,
    gcTime: 0,
  });
  if (latest.isPending) return <LoadingPage />;
  if (latest.isError) {
    return <QueryProblem error={latest.error} onRetry={() => void latest.refetch()} />;
  }
  return <Board {...props} assignment={latest.data} />;
}

function BoardInOneTab(props: WorkplaceProps & { catalogue: Catalogue }) {
  const { holder, takeOver, numMoves } = useSoleTab(`concord:task:${props.assignment.id}`);
  const banner = holder === "elsewhere" && (
    <OtherTabBanner onTakeOver={takeOver} />
  );
  const held = { isHeldHere: holder === "here", banner };
  return numMoves === 0 ? (
    <Board {...props} {...held} />
  ) : (
    <MovedBoard key={numMoves} numMoves={numMoves} {...props} {...held} />
  );
}

/** The workplace of one ranking: the prompt, the completions, and the order they get. */
export function RankingBoard(props: WorkplaceProps) {
  const catalogue = useQuery(catalogueQuery);
  if (catalogue.isPending) return <LoadingPage />;
  if (catalogue.isError) {
    return <QueryProblem error={catalogue.error} onRetry={() => void catalogue.refetch()} />;
  }
  return <BoardInOneTab {...props} catalogue={catalogue.data} />;
}
