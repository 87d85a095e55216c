import type * as T from "./research-types";
import type * as R from "./training-types";

// The agreed contract of the researcher's and the admin's endpoints, until the generated schema
// holds them.
interface Reply<Body> {
  200: { headers: Record<string, unknown>; content: { "application/json": Body } };
}
interface Fetch<Body, Query = never> {
  parameters: { query?: Query; header?: never; path?: never; cookie?: never };
  requestBody?: never;
  responses: Reply<Body>;
}
interface FetchOne<Body, Path, Query = never> {
  parameters: { query?: Query; header?: never; path: Path; cookie?: never };
  requestBody?: never;
  responses: Reply<Body>;
}
interface Send<Body, Input> {
  parameters: { query?: never; header?: never; path?: never; cookie?: never };
  requestBody: { content: { "application/json": Input } };
  responses: Reply<Body>;
}
interface SendTo<Body, Input, Path> {
  parameters: { query?: never; header?: never; path: Path; cookie?: never };
  requestBody: { content: { "application/json": Input } };
  responses: Reply<Body>;
}
interface Poke<Body, Path> {
  parameters: { query?: never; header?: never; path: Path; cookie?: never };
  requestBody?: never;
  responses: Reply<Body>;
}
type Uuid = { id: string };
type Cursor = { limit?: number; cursor?: string };

export interface ResearchPaths {
  "/api/overview/": { get: Fetch<T.Overview> };
  "/api/people/": {
    get: Fetch<T.Page<T.Person>, Cursor & { imported?: boolean; search?: string; role?: string }>;
  };
  "/api/people/{person_id}/": { patch: SendTo<T.Person, T.PersonChange, { person_id: number }> };
  "/api/people/{person_id}/sign-in-links/": { post: Poke<T.OneTimeLink, { person_id: number }> };
  "/api/invitations/": {
    get: Fetch<T.Page<T.Invitation>, Cursor>;
    post: Send<T.Invitation & { path: string }, T.NewInvitation>;
  };
  "/api/tokens/": {
    get: Fetch<T.Page<T.ApiToken>, Cursor>;
    post: Send<T.ApiToken & { token: string }, T.NewApiToken>;
  };
  "/api/tokens/{token_id}/": { delete: Poke<never, { token_id: number }> };
  "/api/prompts/": {
    get: Fetch<
      T.Page<T.Prompt>,
      Cursor & { category?: string; split?: string; search?: string }
    >;
  };
  "/api/prompts/import/": {
    post: {
      parameters: { query?: { dry_run?: boolean }; header?: never; path?: never; cookie?: never };
      requestBody: { content: { "application/jsonl": string } };
      responses: Reply<T.ImportReport>;
    };
  };
  "/api/prompts/{prompt_id}/": { get: FetchOne<T.PromptDetail, { prompt_id: number }> };
  "/api/projects/": {
    get: Fetch<T.Page<T.Project>, Cursor>;
    post: Send<T.Project, T.NewProject>;
  };
  "/api/projects/{project_id}/": {
    get: FetchOne<T.Project, { project_id: number }>;
    patch: SendTo<T.Project, { state?: "open" | "paused"; name?: string }, { project_id: number }>;
  };
  "/api/projects/{project_id}/instructions/": {
    post: SendTo<{ version: number }, { title: string; body: string }, { project_id: number }>;
  };
  "/api/projects/{project_id}/tasks/": { post: SendTo<T.TaskReport, T.TaskRequest, { project_id: number }> };
  "/api/completion-sources/": { get: Fetch<T.Page<T.CompletionSource>, Cursor> };
  "/api/rankings/{ranking_id}/": { get: FetchOne<T.RankingDetail, { ranking_id: string }> };
  "/api/lineage/rankings/{id}/": { get: FetchOne<T.RankingLineage, Uuid> };
  "/api/agreement/": {
    get: Fetch<
      T.AgreementReport,
      { project?: number; pool?: string; include_simulated?: boolean; min_overlap?: number }
    >;
  };
  "/api/snapshots/": {
    get: Fetch<T.Page<R.Snapshot>, Cursor & { kind?: string }>;
    post: Send<R.Snapshot, R.SnapshotRequest>;
  };
  "/api/snapshots/preview/": { post: Send<R.SnapshotPreview, R.SnapshotRequest> };
  "/api/snapshots/{id}/": { get: FetchOne<R.Snapshot, Uuid> };
  "/api/model-versions/": {
    get: Fetch<T.Page<R.ModelVersion>, Cursor & { kind?: string }>;
    post: Send<R.ModelVersion, { name: string; path: string; licence: string }>;
  };
  "/api/model-versions/{id}/": { get: FetchOne<R.ModelVersionDetail, Uuid> };
  "/api/runs/stages/": { get: Fetch<R.StageDescription[]> };
  "/api/runs/check/": { post: Send<R.RunCheck, R.RunRequest> };
  "/api/runs/": {
    get: Fetch<T.Page<R.Run>, Cursor & { stage?: string; state?: string; input?: string }>;
    post: Send<R.Run, R.RunRequest>;
  };
  "/api/runs/{id}/": { get: FetchOne<R.Run, Uuid> };
  "/api/runs/{id}/metrics/": { get: FetchOne<R.MetricsPage, Uuid, { after_step?: number }> };
  "/api/runs/{id}/log/": { get: FetchOne<R.LogPage, Uuid, { after?: number }> };
  "/api/runs/{id}/cancel/": { post: Poke<R.Run, Uuid> };
  "/api/runs/{id}/pause/": { post: Poke<R.Run, Uuid> };
  "/api/runs/{id}/resume/": { post: Poke<R.Run, Uuid> };
  "/api/runs/{id}/retry/": { post: Poke<R.Run, Uuid> };
  "/api/gpu-slots/": { get: Fetch<R.GpuSlot[]> };
}
