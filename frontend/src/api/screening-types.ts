import type { components } from "./schema";

// The schema's names, as the pages of consent, screening and audit call them.
type Schemas = components["schemas"];

export type Consent = Schemas["ConsentOutput"];
export type ConsentVersion = Schemas["ConsentVersionOutput"];
export type NewConsent = Schemas["ConsentVersionInputRequest"];

export type OwnScreening = Schemas["OwnScreeningOutput"];
export type OwnCandidacy = NonNullable<OwnScreening["candidacy"]>;
export type PartProgress = Schemas["PartProgressOutput"];
export type TextToFlag = Schemas["TextToFlagOutput"];
export type Declaration = Schemas["DeclarationInputRequest"];

export type Screening = Schemas["ScreeningOutput"];
export type ScreeningDetail = Schemas["ScreeningDetailOutput"];
export type NewScreening = Schemas["ScreeningInputRequest"];
export type ScreeningChange = Schemas["PatchedScreeningChangeRequest"];

export type Candidate = Schemas["CandidateOutput"];
export type CandidateDetail = Schemas["CandidateDetailOutput"];
export type CandidateScore = Schemas["CandidateScoreOutput"];
export type CandidateScores = Schemas["CandidateScoresOutput"];
export type Decision = Schemas["DecisionInputRequest"];
export type DemonstrationToGrade = Schemas["DemonstrationToGradeOutput"];

export type AuditEntry = Schemas["AuditEntryOutput"];
