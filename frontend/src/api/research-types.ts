import type { components, operations } from "./schema";

// The schema's names, as the researchers' and the admins' pages call them.
type Schemas = components["schemas"];

/** One page of a list; `next` asks for the page after it. */
export interface Page<Row> {
  results: Row[];
  next: string | null;
}

export type Overview = Schemas["OverviewOutput"];

export type Person = Schemas["PersonOutput"];
export type Pool = Person["pool"];
export type PersonChange = Schemas["PatchedPersonChangeRequest"];
export type Invitation = Schemas["InvitationOutput"];
export type NewInvitation = Schemas["InvitationInputRequest"];
export type ApiToken = Schemas["TokenOutput"];
export type NewApiToken = Schemas["TokenInputRequest"];
export type TokenScope = ApiToken["scopes"][number];

export type Prompt = Schemas["PromptOutput"];
export type PromptDetail = Schemas["PromptDetailOutput"];
export type Split = Prompt["split"];
export type Category = NonNullable<Prompt["category"]>;
export type StoredCompletion = Schemas["CompletionOutput"];
export type PromptToReview = Schemas["PromptToReviewOutput"];
export type PromptFinding = PromptToReview["personal_data_findings"][number];
export type PromptSummary = Schemas["PromptSummaryOutput"];
export type PromptImport = Schemas["PromptImportOutput"];
export type PromptImportDetail = Schemas["PromptImportDetailOutput"];
export type PromptImportLine = Schemas["PromptImportLineOutput"];
export type NewPromptImport = Schemas["PromptImportInputRequest"];
export type CompletionSource = Schemas["CompletionSourceOutput"];

export type Project = Schemas["ProjectOutput"];
export type ProjectKind = Project["kind"];
export type PriorityMode = Project["priority_mode"];
export type NewProject = Schemas["ProjectInputRequest"];
export type ProjectChange = Schemas["PatchedProjectChangeRequest"];
export type InstructionVersion = Schemas["InstructionVersionOutput"];
export type InstructionReader = Schemas["InstructionReaderOutput"];
export type TaskRequest = Schemas["TasksInputRequest"];
export type TaskReport = Schemas["TasksOutput"];
export type SkippedBecause = TaskReport["reasons"][number]["reason"];

export type RankingRecord = Schemas["RankingOutput"];
export type RankingDetail = Schemas["RankingDetailOutput"];
export type RankingItem = Schemas["RankedCompletionOutput"];

/** Either a value or the reason why there is none. */
export type Figure = Schemas["EstimateOutput"];
export type AgreementFigure = Schemas["AgreementFigureOutput"];
export type AgreementReport = Schemas["AgreementOutput"];
export type AnchorDrift = Schemas["DriftOutput"];
export type PoolAgreement = Schemas["PoolAgreementOutput"];
export type OverlapPlan = Schemas["OverlapPlanOutput"];
export type AgreementRefresh = Schemas["AgreementRefreshOutput"];
export type LabelerAgreement = Schemas["LabelerAgreementOutput"];
export type LabelersTogether = Schemas["LabelersTogetherOutput"];

export type ToReview = Schemas["ToReviewOutput"];
export type Review = Schemas["ReviewOutput"];
export type ReviewOutcome = Review["outcome"];
export type ReviewRequest = Schemas["ReviewInputRequest"];
export type ProjectToReview = Schemas["ProjectToReviewOutput"];

export type Evaluation = Schemas["EvaluationOutput"];
export type EvaluationDetail = Schemas["EvaluationDetailOutput"];
export type ModelFigures = Schemas["ModelFiguresOutput"];
export type RatedInput = Schemas["RatedInputOutput"];
export type NamedFigure = Schemas["NamedFigureOutput"];
/** Either a mean or the reason why there is none. */
export type MeanFigure = Schemas["FigureOutput"];
export type EvaluationDefaults = Schemas["EvaluationDefaultsOutput"];
export type EvaluationRequest = Schemas["EvaluationInputRequest"];
export type EvaluationPlanRequest = Schemas["EvaluationPlanInputRequest"];
export type EvaluationPlan = Schemas["EvaluationPlanOutput"];
export type PromptChoice = Schemas["PromptChoiceInputRequest"];
export type LeftOutBecause = EvaluationPlan["reasons"][number]["reason"];

export type LabelerQualityReport = Schemas["LabelerQualityOutput"];
export type FactWords = LabelerQualityReport["facts"][number];
export type WorkFacts = LabelerQualityReport["everybody"];
export type WorkFact = WorkFacts["facts"][number];
export type LabelerWork = LabelerQualityReport["labelers"][number];
export type ContestedList = Schemas["ContestedListOutput"];
export type ContestedRow = Schemas["ContestedRowOutput"];
export type ContestedPrompt = Schemas["ContestedPromptOutput"];
export type AgreementRow = Schemas["AgreementRowOutput"];
export type CountedRanking = Schemas["CountedRankingOutput"];
export type CountedTask = Schemas["CountedTaskOutput"];
export type LabelersApart = Schemas["LabelersApartOutput"];
export type LabelerFlagsReport = Schemas["LabelerFlagsOutput"];
export type FlagBesidePeers = LabelerFlagsReport["flags"][number];
export type RatingReport = Schemas["RatingAgreementOutput"];
export type FlagAgreement = RatingReport["flags"][number];
export type LabelersQuestion = Schemas["LabelersQuestionInputRequest"];
export type AdjudicationRequest = Schemas["AdjudicationInputRequest"];

export type Costs = Schemas["CostsOutput"];
export type ProjectCost = Costs["projects"][number];
export type RankingBehindCost = Schemas["RankingBehindCostOutput"];
export type DemonstrationBehindCost = Schemas["DemonstrationBehindCostOutput"];

export type BiasReport = Schemas["BiasOutput"];
export type LeakReport = Schemas["LeakOutput"];
export type BiasFigure = operations["rankings_behind_bias"]["parameters"]["query"]["figure"];
export type RankingBehindBias = Schemas["RankingBehindBiasOutput"];
export type LeakSight = NonNullable<
  NonNullable<operations["completions_behind_leak"]["parameters"]["query"]>["sight"]
>;
export type ToldCompletion = Schemas["ToldCompletionOutput"];
/** A share with its interval, or the reason why there is none. */
export type Share = Schemas["FigureOutput"];

export type Distribution = Prompt["distribution"];
export type Leaderboard = Schemas["LeaderboardOutput"];
export type Standing = Leaderboard["models"][number];
export type HeadToHead = Leaderboard["head_to_head"][number];
/** A rate with its interval, or the reason why there is none. */
export type Rate = Schemas["FigureOutput"];
export type RankingBehind = Schemas["RankingBehindOutput"];

export type JudgmentFormat = Schemas["JudgmentFormatOutput"];
export type NewJudgmentImport = Schemas["JudgmentImportInputRequest"];
export type JudgmentImport = Schemas["JudgmentImportOutput"];
export type JudgmentImportDetail = Schemas["JudgmentImportDetailOutput"];
export type JudgmentImportRow = Schemas["JudgmentImportRowOutput"];
