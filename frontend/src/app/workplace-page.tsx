import { AssignmentDesk } from "@/features/assignments/assignment-desk";
import type { Workplaces } from "@/features/assignments/assignment-desk";
import { DemonstrationDesk } from "@/features/demonstrations/demonstration-desk";
import { QuestionsDrawer } from "@/features/questions/questions-drawer";
import { RankingBoard } from "@/features/rankings/ranking-board";

// The one place that knows which feature answers which kind of task.
const WORKPLACES: Workplaces = {
  ranking: RankingBoard,
  demonstration: DemonstrationDesk,
  toxicity: RankingBoard,
};

export function WorkplacePage() {
  return <AssignmentDesk workplaces={WORKPLACES} Questions={QuestionsDrawer} />;
}
