import { Button, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

import type { Assignment } from "@/api/types";
import { LinkButton } from "@/components/link-button";
import { StatePage } from "@/components/state-page";
import { useNow } from "@/components/use-now";

function canTakeBackNow({ take_back_until: until }: Assignment, now: number): boolean {
  return until !== null && Date.parse(until) > now;
}

function Skipped({ onUndoSkip }: { onUndoSkip: () => void }) {
  const { t } = useTranslation("assignments");
  return (
    <Button variant="default" onClick={onUndoSkip}>
      {t("desk.undoSkip")}
    </Button>
  );
}

function Answered({
  assignment,
  isOpenStill,
  onTakeBack,
}: {
  assignment: Assignment;
  isOpenStill: boolean;
  onTakeBack: () => void;
}) {
  const { t } = useTranslation("assignments");
  return (
    <>
      {isOpenStill && (
        <Button variant="default" onClick={onTakeBack}>
          {t("desk.takeBack")}
        </Button>
      )}
      <LinkButton to={`/history/${assignment.id}`} isQuiet>
        {t("closed.seeAnswer")}
      </LinkButton>
    </>
  );
}

/** A task that is answered or skipped, opened by its address: what can still be done about it. */
export function ClosedTask({
  assignment,
  problem,
  onTakeBack,
  onUndoSkip,
  onNext,
}: {
  assignment: Assignment;
  problem: string | null;
  onTakeBack: () => void;
  onUndoSkip: () => void;
  onNext: () => void;
}) {
  const { t } = useTranslation("assignments");
  const isOpenStill = canTakeBackNow(assignment, useNow());
  const isSkipped = assignment.state === "skipped";
  return (
    <main>
      <StatePage
        title={isSkipped ? t("closed.skippedTitle") : t("closed.answeredTitle")}
        actions={
          <>
            <Button onClick={onNext}>{t("desk.nextTask")}</Button>
            {isSkipped ? (
              <Skipped onUndoSkip={onUndoSkip} />
            ) : (
              <Answered assignment={assignment} isOpenStill={isOpenStill} onTakeBack={onTakeBack} />
            )}
          </>
        }
      >
        <p>
          {isSkipped
            ? t("closed.skippedWords")
            : isOpenStill
              ? t("closed.answeredWords")
              : t("closed.sealedWords")}
        </p>
        {problem && (
          <Text c="var(--danger)" role="alert">
            {problem}
          </Text>
        )}
      </StatePage>
    </main>
  );
}
