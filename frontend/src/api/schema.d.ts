/* Written by hand from the agreed contract until the backend's schema is generated. */

interface Operation<Answer, Body = never, Path = never, Query = never> {
  parameters: {
    query?: Query;
    header?: never;
    path: Path;
    cookie?: never;
  };
  requestBody: { content: { "application/json": Body } };
  responses: { 200: { headers: Record<string, unknown>; content: { "application/json": Answer } } };
}
interface Read<Answer, Query = never> {
  parameters: { query?: Query; header?: never; path?: never; cookie?: never };
  requestBody?: never;
  responses: { 200: { headers: Record<string, unknown>; content: { "application/json": Answer } } };
}
interface ReadOne<Answer, Path> {
  parameters: { query?: never; header?: never; path: Path; cookie?: never };
  requestBody?: never;
  responses: { 200: { headers: Record<string, unknown>; content: { "application/json": Answer } } };
}
interface Write<Answer, Body> {
  parameters: { query?: never; header?: never; path?: never; cookie?: never };
  requestBody: { content: { "application/json": Body } };
  responses: { 200: { headers: Record<string, unknown>; content: { "application/json": Answer } } };
}
interface Act<Answer, Path> {
  parameters: { query?: never; header?: never; path: Path; cookie?: never };
  requestBody?: never;
  responses: { 200: { headers: Record<string, unknown>; content: { "application/json": Answer } } };
}
interface Ask<Answer> {
  parameters: { query?: never; header?: never; path?: never; cookie?: never };
  requestBody?: never;
  responses: { 200: { headers: Record<string, unknown>; content: { "application/json": Answer } } };
}
type Id = { assignment_id: string };
type NumericId = { project_id: number };
type S = components["schemas"];

export interface paths {
  "/api/session/": { get: Read<S["Session"]> };
  "/api/session/redeem/": { post: Write<{ user: S["User"] }, { token: string }> };
  "/api/session/sign-out/": { post: Ask<never> };
  "/api/invitations/accept/": {
    post: Write<{ user: S["User"] }, { token: string; display_name: string }>;
  };
  "/api/catalogue/": { get: Read<S["Catalogue"]> };
  "/api/labeling/projects/": { get: Read<S["Page"] & { results: S["LabelingProject"][] }> };
  "/api/labeling/projects/{project_id}/": { get: ReadOne<S["LabelingProjectDetail"], NumericId> };
  "/api/labeling/projects/{project_id}/acknowledge/": {
    post: Operation<never, { version: number }, NumericId>;
  };
  "/api/assignments/next/": { post: Write<S["NextAssignment"], { project: number }> };
  "/api/assignments/{assignment_id}/": { get: ReadOne<S["Assignment"], Id> };
  "/api/assignments/{assignment_id}/draft/": { put: Operation<S["SavedDraft"], S["Draft"], Id> };
  "/api/assignments/{assignment_id}/skip/": {
    post: Operation<never, { reason: string; comment: string }, Id>;
  };
  "/api/assignments/{assignment_id}/take-back/": { post: Act<S["Assignment"], Id> };
  "/api/assignments/{assignment_id}/undo-skip/": { post: Act<S["Assignment"], Id> };
  "/api/assignments/history/": { get: Read<S["Page"] & { results: S["HistoryEntry"][] }> };
  "/api/rankings/": {
    get: Read<
      import("./research-types").Page<import("./research-types").RankingRecord>,
      { project?: number; labeler?: number; task?: number; limit?: number; cursor?: string }
    >;
    post: Write<S["SubmittedRanking"], S["RankingRequest"]>;
  };
  "/api/demonstrations/": { post: Write<S["SubmittedDemonstration"], S["DemonstrationRequest"]> };
}

export interface components {
  schemas: {
    Page: { next: string | null; count?: number };
    User: {
      id: number;
      email: string;
      display_name: string;
      role: "labeler" | "researcher" | "admin";
      pool: "training" | "held_out";
      is_simulated: boolean;
    };
    Session: { user: S["User"] | null; take_back_seconds: number };
    Catalogue: {
      label_items: {
        key: string;
        label: string;
        kind: "likert" | "flag";
        asked_when: "always" | "closed_domain" | "explicit_constraints";
        yes_is_problem: boolean;
      }[];
      likert: { minimum: number; maximum: number; anchors: Record<string, string> };
      categories: { key: string; label: string }[];
      prompt_flags: { key: string; label: string }[];
      skip_reasons: { key: string; label: string }[];
    };
    LabelingProject: {
      id: number;
      name: string;
      kind: "ranking" | "demonstration";
      state: "open" | "paused";
      priority_mode: "helpfulness_first" | "truth_harmless_first";
      num_mine_today: number;
      num_waiting_for_me: number;
      instructions_acknowledged: boolean;
    };
    Instructions: { version: number; title: string; body: string };
    LabelingProjectDetail: S["LabelingProject"] & { instructions: S["Instructions"] };
    Draft: { version: number; body: Record<string, unknown> };
    SavedDraft: { version: number; saved_at: string; leased_until: string | null };
    Assignment: {
      id: string;
      kind: "ranking" | "demonstration";
      state: "leased" | "submitted" | "expired" | "skipped";
      project: {
        id: number;
        name: string;
        priority_mode: "helpfulness_first" | "truth_harmless_first";
        seed_order_from_ratings: boolean;
      };
      instructions: S["Instructions"];
      prompt: { text: string; category: string | null; flags: Record<string, boolean | null> };
      completions?: { handle: string; letter: string; text: string }[];
      questions?: string[];
      max_tokens?: number;
      allow_empty?: boolean;
      leased_until: string | null;
      draft: S["Draft"] | null;
      submitted_at: string | null;
      take_back_until: string | null;
    };
    NextAssignment: {
      assignment: S["Assignment"] | null;
      reason: null | "empty" | "paused" | "not_in_pool";
      num_waiting_for_others: number;
    };
    HistoryEntry: {
      id: string;
      kind: "ranking" | "demonstration";
      project_name: string;
      prompt_excerpt: string;
      state: "leased" | "submitted" | "expired" | "skipped";
      submitted_at: string | null;
      take_back_until: string | null;
    };
    RankingRequest: {
      assignment: string;
      client_key: string;
      items: {
        handle: string;
        rank: number;
        rating: number;
        flags: Record<string, boolean>;
        note: string;
      }[];
      seconds_active: number;
      order_source: "seeded" | "unseeded";
    };
    SubmittedRanking: {
      id: string;
      submitted_at: string;
      take_back_until: string;
      is_surplus: boolean;
    };
    DemonstrationRequest: {
      assignment: string;
      client_key: string;
      text: string;
      seconds_active: number;
    };
    SubmittedDemonstration: { id: string; submitted_at: string; take_back_until: string };
  };
}
