import type { components } from "./schema";

// The schema's names, as everybody here calls them.
type Schemas = components["schemas"];

export type User = Schemas["UserOutput"];
export type Role = User["role"];
export type Session = Schemas["SessionOutput"];
export type Catalogue = Schemas["CatalogueOutput"];
export type LabelItem = Catalogue["label_items"][number];
export type LabelingProject = Schemas["LabelingProjectOutput"];
export type Assignment = Schemas["AssignmentOutput"];
export type NextAssignment = Schemas["NextOutput"];
export type DraftRequest = Schemas["DraftInputRequest"];
/** What is saved of an unsent answer, of either kind. */
export type DraftBody = DraftRequest["body"];
export type SavedDraft = Schemas["SavedDraftOutput"];
export type RankingDraft = Schemas["RankingDraftRequest"];
export type DemonstrationDraft = Schemas["DemonstrationDraftRequest"];
export type SkipReason = Schemas["SkipInputRequest"]["reason"];
export type HistoryEntry = Schemas["HistoryOutput"];
export type Instructions = Schemas["InstructionsOutput"];
export type OwnWork = Schemas["OwnWorkOutput"];
export type OwnAnswer = Schemas["OwnAnswerOutput"];
export type Survey = Schemas["SurveyOutput"];
export type SurveyName = Survey["survey"];
export type SurveyQuestion = Survey["questions"][number];
export type SurveyResult = Schemas["SurveyResultOutput"];
/** Question -> an option, or several. */
export type SurveyAnswers = Record<string, string | string[]>;
export type Question = Schemas["QuestionOutput"];
export type NewQuestion = Schemas["QuestionInputRequest"];
export type RankingQuestion = Schemas["RankingQuestionOutput"];
export type RankingRequest = Schemas["RankingInputRequest"];
export type TextCheck = Schemas["TextCheckOutput"];
export type ReturnedAnswer = Schemas["ReturnOutput"];
export type KeptDraft = Schemas["KeptDraftOutput"];
export type PromptAnnotation = Schemas["PromptAnnotationInputRequest"];
export type WrittenPrompt = Schemas["WrittenPromptOutput"];
export type TaskDescription = Schemas["DescriptionOutput"];
export type FewShotSet = Schemas["FewShotInputRequest"];
export type FewShotExample = Schemas["ExampleOutput"];
