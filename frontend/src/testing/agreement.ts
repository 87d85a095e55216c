import type { AgreementRefresh } from "@/api/research-types";

/** Figures that are worked out, with nothing on its way. */
export const settledRefresh: AgreementRefresh = {
  state: "idle",
  refreshed_at: "2026-03-09T10:00:00Z",
  started_at: null,
  num_changed: 0,
  num_done: 0,
  failed_at: null,
  failure: "",
};
