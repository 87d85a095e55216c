import { Button } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import type { ReactNode } from "react";
import { Link } from "react-router";

import type { NextAssignment } from "@/api/types";
import { StatePage } from "@/components/state-page";

type Reason = NonNullable<NextAssignment["reason"]>;

const TITLES: Record<Reason, string> = {
  empty: "Nothing for you now",
  paused: "This project is paused",
  not_in_pool: "This project is for other labelers",
};

function othersWords(count: number): string {
  if (count === 0) return "Every task of this project that you may do is done.";
  if (count === 1) return "One task is in somebody else's hands; it comes to you if it is given back.";
  return `${count} tasks are in other labelers' hands; they come to you if they are given back.`;
}

/** Why there is no task: done, paused, or not yours. The page goes on looking. */
export function EmptyQueue({
  reason,
  numWaitingForOthers,
  takeBackLast,
  notice,
}: {
  reason: Reason;
  numWaitingForOthers: number;
  takeBackLast: (() => void) | null;
  notice: ReactNode;
}) {
  useHotkeys([["U", () => takeBackLast?.()]]);
  return (
    <main>
      <StatePage
        title={TITLES[reason]}
        actions={
          <>
            <Button component={Link} to="/label">
              Other projects
            </Button>
            <Button component={Link} to="/history" variant="default">
              My answers
            </Button>
          </>
        }
      >
        {reason === "empty" && (
          <p>{othersWords(numWaitingForOthers)} This page looks again every minute.</p>
        )}
        {reason === "paused" && (
          <p>An admin has paused it. Drafts are kept; this page looks again every minute.</p>
        )}
        {reason === "not_in_pool" && (
          <p>Its answers must come from another pool of labelers. Nothing is wrong with yours.</p>
        )}
        {notice}
      </StatePage>
    </main>
  );
}
