import type { RouteObject } from "react-router";

import { LoadingPage } from "@/components/loading-page";
import { loadWhenIdle } from "@/components/when-idle";

import { HomePage } from "./home-page";
import { NotFoundPage } from "./not-found-page";
import { PageCrashed } from "./page-crashed";
import { RequireRole } from "./require-role";
import { RequireSession } from "./require-session";
import { Shell } from "./shell";

/** Loads a page's code when it is first opened: nobody downloads the screens of another role. */
function page<Module extends Record<string, unknown>>(
  load: () => Promise<Module>,
  name: keyof Module & string,
): Pick<RouteObject, "lazy" | "HydrateFallback"> {
  return {
    lazy: async () => ({ Component: (await load())[name] as React.ComponentType }),
    HydrateFallback: LoadingPage,
  };
}

const loadWorkplace = () => import("./workplace-page");

/** Whoever looks at the list of projects starts to work next: by then the code is there. */
async function loadLabelHome() {
  const loaded = await import("@/features/assignments/label-home-page");
  loadWhenIdle(loadWorkplace);
  return loaded;
}

/** Pages for everybody who labels. */
const labelerPages: RouteObject[] = [
  { index: true, Component: HomePage },
  { path: "label", ...page(loadLabelHome, "LabelHomePage") },
  { path: "history", ...page(() => import("@/features/assignments/history-page"), "HistoryPage") },
  {
    path: "history/:assignmentId",
    ...page(() => import("@/features/assignments/own-answer-page"), "OwnAnswerPage"),
  },
  { path: "drafts", ...page(() => import("@/features/demonstrations/drafts-page"), "DraftsPage") },
  { path: "returns", ...page(() => import("@/features/demonstrations/returns-page"), "ReturnsPage") },
  { path: "surveys", ...page(() => import("@/features/surveys/surveys-page"), "SurveysPage") },
  {
    path: "write-prompts",
    ...page(() => import("@/features/prompt-writing/write-prompts-page"), "WritePromptsPage"),
  },
  { path: "questions", ...page(() => import("@/features/questions/questions-page"), "QuestionsPage") },
  { path: "consent", ...page(() => import("@/features/screening/consent-page"), "ConsentPage") },
  { path: "screening", ...page(() => import("@/features/screening/screening-page"), "ScreeningPage") },
  { path: "screening/texts", ...page(() => import("@/features/screening/own-texts-page"), "OwnTextsPage") },
];

/** Pages that read results: researchers and admins. */
const researcherPages: RouteObject[] = [
  { path: "people", ...page(() => import("@/features/people/people-page"), "PeoplePage") },
  { path: "screenings", ...page(() => import("@/features/screening/screenings-page"), "ScreeningsPage") },
  { path: "screenings/new", ...page(() => import("@/features/screening/new-screening-page"), "NewScreeningPage") },
  {
    path: "screenings/:screeningId",
    ...page(() => import("@/features/screening/run-screening-page"), "RunScreeningPage"),
  },
  {
    path: "screenings/:screeningId/texts",
    ...page(() => import("@/features/screening/expert-texts-page"), "ExpertTextsPage"),
  },
  {
    path: "screenings/:screeningId/grading",
    ...page(() => import("@/features/screening/grading-page"), "GradingPage"),
  },
  { path: "candidates/:candidacyId", ...page(() => import("@/features/screening/candidate-page"), "CandidatePage") },
  {
    path: "consent/versions",
    ...page(() => import("@/features/screening/consent-versions-page"), "ConsentVersionsPage"),
  },
  { path: "prompts", ...page(() => import("@/features/prompts/prompts-page"), "PromptsPage") },
  {
    path: "prompts/import",
    ...page(() => import("@/features/prompts/import-prompts-page"), "ImportPromptsPage"),
  },
  {
    path: "prompts/import/:importId",
    ...page(() => import("@/features/prompts/prompt-import-page"), "PromptImportPage"),
  },
  {
    path: "prompts/personal-data",
    ...page(() => import("@/features/prompts/personal-data-page"), "PersonalDataPage"),
  },
  { path: "prompts/:promptId", ...page(() => import("@/features/prompts/prompt-page"), "PromptPage") },
  { path: "projects", ...page(() => import("@/features/projects/projects-page"), "ProjectsPage") },
  { path: "projects/:projectId", ...page(() => import("@/features/projects/project-page"), "ProjectPage") },
  {
    path: "projects/:projectId/instructions",
    ...page(() => import("@/features/projects/instructions-page"), "InstructionsPage"),
  },
  { path: "rankings/:rankingId", ...page(() => import("@/features/projects/ranking-page"), "RankingPage") },
  { path: "reviews", ...page(() => import("@/features/reviews/reviews-page"), "ReviewsPage") },
  { path: "agreement", ...page(() => import("@/features/agreement/agreement-page"), "AgreementPage") },
  {
    path: "agreement/ratings",
    ...page(() => import("@/features/agreement/ratings-page"), "RatingsPage"),
  },
  {
    path: "agreement/rankings",
    ...page(() => import("@/features/agreement/agreement-rows-page"), "AgreementRowsPage"),
  },
  {
    path: "agreement/counted",
    ...page(() => import("@/features/agreement/counted-rows-page"), "CountedRowsPage"),
  },
  {
    path: "agreement/contested",
    ...page(() => import("@/features/agreement/contested-page"), "ContestedPage"),
  },
  {
    path: "agreement/contested/:projectId/:promptId",
    ...page(() => import("@/features/agreement/contested-prompt-page"), "ContestedPromptPage"),
  },
  { path: "win-rates", ...page(() => import("@/features/win-rates/win-rates-page"), "WinRatesPage") },
  {
    path: "win-rates/rankings",
    ...page(() => import("@/features/win-rates/rankings-behind-page"), "RankingsBehindPage"),
  },
  { path: "bias", ...page(() => import("@/features/bias/bias-page"), "BiasPage") },
  { path: "bias/rankings", ...page(() => import("@/features/bias/bias-rows-page"), "BiasRowsPage") },
  {
    path: "bias/completions",
    ...page(() => import("@/features/bias/told-completions-page"), "ToldCompletionsPage"),
  },
  { path: "labelers", ...page(() => import("@/features/labelers/labelers-page"), "LabelersPage") },
  {
    path: "labelers/tasks",
    ...page(() => import("@/features/labelers/labeler-tasks-page"), "LabelerTasksPage"),
  },
  { path: "evaluations", ...page(() => import("@/features/evaluations/evaluations-page"), "EvaluationsPage") },
  {
    path: "evaluations/:evaluationId",
    ...page(() => import("@/features/evaluations/evaluation-page"), "EvaluationPage"),
  },
  {
    path: "evaluations/:evaluationId/inputs",
    ...page(() => import("@/features/evaluations/rated-inputs-page"), "RatedInputsPage"),
  },
  { path: "data", ...page(() => import("@/features/datasets/snapshots-page"), "SnapshotsPage") },
  { path: "data/costs", ...page(() => import("@/features/datasets/costs-page"), "CostsPage") },
  {
    path: "data/costs/rankings",
    ...page(() => import("@/features/datasets/cost-rows-page"), "CostRankingsPage"),
  },
  {
    path: "data/costs/demonstrations",
    ...page(() => import("@/features/datasets/cost-rows-page"), "CostDemonstrationsPage"),
  },
  {
    path: "data/import",
    ...page(() => import("@/features/judgment-imports/import-judgments-page"), "ImportJudgmentsPage"),
  },
  {
    path: "data/import/:importId",
    ...page(() => import("@/features/judgment-imports/judgment-import-page"), "JudgmentImportPage"),
  },
  { path: "data/:snapshotId", ...page(() => import("@/features/datasets/snapshot-page"), "SnapshotPage") },
  {
    path: "data/:snapshotId/prompts",
    ...page(() => import("@/features/datasets/snapshot-rows-page"), "SnapshotPromptsPage"),
  },
  {
    path: "data/:snapshotId/customers",
    ...page(() => import("@/features/datasets/snapshot-rows-page"), "SnapshotCustomersPage"),
  },
  {
    path: "data/:snapshotId/demonstrations",
    ...page(() => import("@/features/datasets/snapshot-rows-page"), "SnapshotDemonstrationsPage"),
  },
  {
    path: "data/:snapshotId/rankings",
    ...page(() => import("@/features/datasets/snapshot-rows-page"), "SnapshotRankingsPage"),
  },
  { path: "runs", ...page(() => import("@/features/training-runs/runs-page"), "RunsPage") },
  { path: "sweeps", ...page(() => import("@/features/training-runs/sweeps-page"), "SweepsPage") },
  { path: "sweeps/:sweepId", ...page(() => import("@/features/training-runs/sweep-page"), "SweepPage") },
  { path: "rounds", ...page(() => import("@/features/rounds/rounds-page"), "RoundsPage") },
  { path: "rounds/:roundId", ...page(() => import("@/features/rounds/round-page"), "RoundPage") },
  { path: "runs/compare", ...page(() => import("@/features/training-runs/compare-page"), "ComparePage") },
  { path: "runs/:runId", ...page(() => import("@/features/training-runs/run-page"), "RunPage") },
  { path: "models", ...page(() => import("@/features/models/models-page"), "ModelsPage") },
  { path: "models/:modelId", ...page(() => import("@/features/models/model-page"), "ModelPage") },
];

/** Pages that start something for everybody: admins. */
const adminPages: RouteObject[] = [
  { path: "projects/new", ...page(() => import("@/features/projects/new-project-page"), "NewProjectPage") },
  { path: "audit", ...page(() => import("@/features/people/audit-page"), "AuditPage") },
  {
    path: "evaluations/new",
    ...page(() => import("@/features/evaluations/new-evaluation-page"), "NewEvaluationPage"),
  },
  { path: "data/new", ...page(() => import("@/features/datasets/freeze-page"), "FreezePage") },
  { path: "rounds/new", ...page(() => import("@/features/rounds/new-round-page"), "NewRoundPage") },
  { path: "runs/new", ...page(() => import("@/features/training-runs/launch-page"), "LaunchPage") },
];

export const routes: RouteObject[] = [
  {
    errorElement: <PageCrashed />,
    children: [
      { path: "sign-in", ...page(() => import("@/features/session/sign-in-page"), "SignInPage") },
      { path: "join", ...page(() => import("@/features/session/join-page"), "JoinPage") },
      {
        Component: RequireSession,
        children: [
          {
            Component: Shell,
            children: [
              {
                errorElement: <PageCrashed />,
                children: [
                  ...labelerPages,
                  { element: <RequireRole atLeast="researcher" />, children: researcherPages },
                  { element: <RequireRole atLeast="admin" />, children: adminPages },
                  { path: "*", Component: NotFoundPage },
                ],
              },
            ],
          },
          // The workplace fills the window and brings its own bar.
          {
            path: "label/:projectId",
            ...page(loadWorkplace, "WorkplacePage"),
          },
        ],
      },
    ],
  },
];
