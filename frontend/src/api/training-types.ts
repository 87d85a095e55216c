import type { components } from "./schema";

// The schema's names, as the training pages call them.
type Schemas = components["schemas"];

export type Snapshot = Schemas["SnapshotOutput"];
export type SnapshotKind = Snapshot["kind"];
export type SnapshotRequest = Schemas["SnapshotInputRequest"];
export type Freezing = Schemas["FreezingOutput"];
export type Export = Schemas["ExportOutput"];
export type ExportRequest = Schemas["ExportInputRequest"];
export type SnapshotPreview = Schemas["PreviewOutput"];

export type ModelVersion = Schemas["ModelVersionOutput"];
export type ModelVersionDetail = Schemas["ModelVersionDetailOutput"];
export type ModelKind = ModelVersion["kind"];
export type VersionStage = NonNullable<ModelVersion["stage"]>;
export type Promotions = Schemas["PromotionsOutput"];
export type Promotion = Promotions["history"][number];
export type PromotionRequest = Schemas["PromotionInputRequest"];
export type Evidence = NonNullable<Promotion["evidence"]>;
export type Round = Schemas["RoundOutput"];
export type RoundDetail = Schemas["RoundDetailOutput"];
export type RoundStep = RoundDetail["steps"][number];
export type RoundRequest = Schemas["RoundInputRequest"];
export type StartedStep = Schemas["StepInputRequest"]["step"];
export type StandingRewardModel = Schemas["StandingOutput"];
export type StandingRequest = Schemas["StandingInputRequest"];
export type ModelName = Schemas["ModelVersionName"];
export type Lineage = Schemas["LineageOutput"];
export type PaperTable = Schemas["TableOutput"];
/** Which rows of a snapshot a figure counts. */
export type RowsBehind = Omit<Schemas["CellRowsOutput"], "cell">;
export type SnapshotPrompt = Schemas["SnapshotPromptOutput"];
export type SnapshotCustomer = Schemas["SnapshotCustomerOutput"];
export type SnapshotDemonstration = Schemas["SnapshotDemonstrationOutput"];
export type SnapshotRanking = Schemas["SnapshotRankingOutput"];
export type SnapshotDifference = Schemas["SnapshotDifferenceOutput"];
/** A snapshot that a version, or one of those it was made from, was trained on. */
export type UsedSnapshot = Schemas["UsedSnapshotOutput"];

export type StageDescription = Schemas["StageOutput"];
/** What one reward model thinks of one completion. */
export type CompletionReward = Schemas["CompletionRewardOutput"];
export type Stage = StageDescription["stage"];
export type StageInput = Schemas["InputRoleOutput"];
export type Glossary = Schemas["GlossaryOutput"];
export type StageMetric = Schemas["MetricOutput"];
export type HyperparameterField = Schemas["HyperparameterOutput"];
export type HyperparameterValue = HyperparameterField["default"];
/** A named way to train a stage: values that differ from the defaults, and what to try of a number. */
export type Preset = StageDescription["presets"][number];

export type Run = Schemas["RunOutput"];
/** A run as lists show it: without its settings, its report and its history. */
export type RunRow = Schemas["RunRowOutput"];
export type RunState = Run["state"];
/** The figure by which a run is watched, small enough for a table. */
export type RunCurve = Schemas["RunCurveOutput"];
export type RunAttempt = Schemas["RunAttemptOutput"];
export type RunRequest = Schemas["RunRequestInputRequest"];
export type RunCheck = Schemas["RunCheckOutput"];
export type RunEstimate = Schemas["RunEstimateOutput"];
export type PromptQuery = Schemas["PromptQueryInputRequest"];
export type MetricsPage = Schemas["MetricsOutput"];
export type MetricsPoint = Schemas["StepMetricsOutput"];
/** What a run stands on and has led to. */
export type RunLineage = Schemas["RunLineageOutput"];
/** What a run answered at its checkpoints, a page of it. */
export type SamplesPage = Schemas["SamplesOutput"];
export type SamplePrompt = SamplesPage["prompts"][number];
export type CheckpointSample = SamplesPage["samples"][number];
export type Sweep = Schemas["SweepOutput"];
export type SweepDetail = Schemas["SweepDetailOutput"];
export type SweepPanel = SweepDetail["panels"][number];
export type SweepEntry = SweepDetail["entries"][number];
export type SweepRequest = Schemas["SweepInputRequest"];
export type LogPage = Schemas["LogOutput"];
export type GpuSlot = Schemas["GpuSlotOutput"];
