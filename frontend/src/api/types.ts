import type { components } from "./schema";

// The schema's names, shortened once for everybody.
type Schemas = components["schemas"];

export type User = Schemas["User"];
export type Role = User["role"];
export type Session = Schemas["Session"];
export type Catalogue = Schemas["Catalogue"];
export type LabelItem = Catalogue["label_items"][number];
export type LabelingProject = Schemas["LabelingProject"];
export type Instructions = Schemas["Instructions"];
export type Assignment = Schemas["Assignment"];
export type NextAssignment = Schemas["NextAssignment"];
export type SavedDraft = Schemas["SavedDraft"];
export type HistoryEntry = Schemas["HistoryEntry"];
export type RankingRequest = Schemas["RankingRequest"];
export type SubmittedRanking = Schemas["SubmittedRanking"];
export type DemonstrationRequest = Schemas["DemonstrationRequest"];
export type SubmittedDemonstration = Schemas["SubmittedDemonstration"];
