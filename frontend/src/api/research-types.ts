import type { components } from "./schema";

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
export type ImportReport = Schemas["ImportReportOutput"];
export type CompletionSource = Schemas["CompletionSourceOutput"];

export type Project = Schemas["ProjectOutput"];
export type ProjectKind = Project["kind"];
export type PriorityMode = Project["priority_mode"];
export type NewProject = Schemas["ProjectInputRequest"];
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
export type LabelerAgreement = Schemas["LabelerAgreementOutput"];
export type CohenKappa = Schemas["CohenKappaOutput"];
