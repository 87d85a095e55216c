import { lazy, Suspense, useEffect, useState } from "react";

import type { QuestionsProps } from "@/api/assignments";
import { LoadingPage } from "@/components/loading-page";
import { loadWhenIdle } from "@/components/when-idle";
import { AssignmentDesk } from "@/features/assignments/assignment-desk";
import type { Workplaces } from "@/features/assignments/assignment-desk";
import { RankingBoard } from "@/features/rankings/ranking-board";

const loadDemonstrations = () => import("@/features/demonstrations/demonstration-desk");
const loadQuestions = () => import("@/features/questions/questions-drawer");

const DemonstrationDesk = lazy(async () => ({
  default: (await loadDemonstrations()).DemonstrationDesk,
}));
const QuestionsDrawer = lazy(async () => ({ default: (await loadQuestions()).QuestionsDrawer }));

// The one place that knows which feature answers which kind of task.
const WORKPLACES: Workplaces = {
  ranking: RankingBoard,
  demonstration: DemonstrationDesk,
  toxicity: RankingBoard,
};

/** Nothing of the talk is drawn before it is opened for the first time. */
function Questions(props: QuestionsProps) {
  const [wasOpened, setWasOpened] = useState(props.isOpen);
  if (props.isOpen && !wasOpened) setWasOpened(true);
  if (!wasOpened) return null;
  return (
    <Suspense fallback={null}>
      <QuestionsDrawer {...props} />
    </Suspense>
  );
}

export function WorkplacePage() {
  // What the first task need not wait for comes right after it, while there is a network.
  useEffect(() => loadWhenIdle(loadDemonstrations, loadQuestions), []);
  return (
    <Suspense fallback={<LoadingPage />}>
      <AssignmentDesk workplaces={WORKPLACES} Questions={Questions} />
    </Suspense>
  );
}
