import { queryOptions } from "@tanstack/react-query";

import { api, bodyOf, done } from "./client";
import type { Assignment, DraftBody, DraftRequest, NextAssignment, SavedDraft, SkipReason } from "./types";

/** What a workplace for one assignment is given, whatever is asked in it. */
export interface WorkplaceProps {
  assignment: Assignment;
  /** What happened to the answer before this one, with the way back. */
  notice: React.ReactNode;
  onSubmitted: () => void;
  onSkip: (reason: string, comment: string) => Promise<void>;
  /** Takes the last submitted answer back; null where it is too late or there is none. */
  takeBackLast: (() => void) | null;
  /** Shows the project's questions and answers, and the form to ask one about this task. */
  openQuestions: () => void;
}

/** What the talk beside a workplace is given. */
export interface QuestionsProps {
  assignment: Assignment;
  isOpen: boolean;
  onClose: () => void;
}

const KEEPALIVE_LIMIT_BYTES = 60_000;

export const historyQuery = queryOptions({
  queryKey: ["labeling", "history"],
  queryFn: ({ signal }) => bodyOf(api.GET("/api/assignments/history/", { signal })),
});

export function getAssignment(id: string, signal?: AbortSignal): Promise<Assignment> {
  return bodyOf(api.GET("/api/assignments/{assignment_id}/", { params: { path: { assignment_id: id } }, signal }));
}

/**
 * The next task of a project, or the one already held: asking twice claims nothing twice. Without a
 * project it is the most urgent of any; `beside` asks for the task after that one.
 */
export function nextAssignment(
  wanted: { project: number | null; beside?: string },
  signal?: AbortSignal,
): Promise<NextAssignment> {
  return bodyOf(api.POST("/api/assignments/next/", { body: wanted, signal }));
}

export function saveDraft(
  id: string,
  draft: { version: number; body: DraftBody },
  { isLeaving }: { isLeaving: boolean },
): Promise<SavedDraft> {
  // The browser finishes such a request after the page is gone, but only a small one.
  const keepalive = isLeaving && JSON.stringify(draft).length < KEEPALIVE_LIMIT_BYTES;
  return bodyOf(
    api.PUT("/api/assignments/{assignment_id}/draft/", {
      params: { path: { assignment_id: id } },
      body: draft as DraftRequest,
      keepalive,
    }),
  );
}

export function skipAssignment(id: string, reason: string, comment: string): Promise<void> {
  return done(
    api.POST("/api/assignments/{assignment_id}/skip/", {
      params: { path: { assignment_id: id } },
      // The reasons come from the catalogue, whose keys are the ones the server takes.
      body: { reason: reason as SkipReason, comment },
    }),
  );
}

export function undoSkip(id: string): Promise<Assignment> {
  return bodyOf(api.POST("/api/assignments/{assignment_id}/undo-skip/", { params: { path: { assignment_id: id } } }));
}

export function takeBack(id: string): Promise<Assignment> {
  return bodyOf(api.POST("/api/assignments/{assignment_id}/take-back/", { params: { path: { assignment_id: id } } }));
}
