/** What the page of a new run asks of its server: one supervised model, one snapshot, a free GPU. */
import { ruth, sessionOf } from "@/testing/people";
import { FakeServer } from "@/testing/server";
import { rankings, run, sft, stages } from "@/testing/training";

export const ESTIMATE = {
  seconds: { low: 300, middle: 600, high: 1200 },
  reason_undefined: "",
  num_runs: 4,
  off_by: 1.3,
  memory_bytes: 3_100_000_000,
  is_memory_measured: true,
  num_processes: 4,
  num_records: 612,
  disk_bytes: 9_000_000_000,
};

export function launchServer(): FakeServer {
  return new FakeServer()
    .install()
    .on("GET /api/session/", { body: sessionOf({ ...ruth, role: "admin" }) })
    .on("GET /api/runs/stages/", { body: stages })
    .on("GET /api/model-versions/", { body: { results: [sft], next: null } })
    .on("GET /api/snapshots/", { body: { results: [rankings], next: null } })
    .on("GET /api/gpu-slots/", {
      body: [{ host: "gpu-1", index: 0, is_online: true, last_seen: run.created_at, run_id: null }],
    })
    .on("POST /api/runs/check/", ({ body }) => {
      const epochs = (body as { hyperparameters: { epochs?: number } }).hyperparameters.epochs ?? 1;
      const warnings = epochs > 1 ? [`A reward model overfits after one epoch, not ${epochs}.`] : [];
      return { body: { hyperparameters: {}, warnings, estimate: ESTIMATE, fields: {} } };
    })
    .on("POST /api/runs/", { status: 201, body: run })
    .on(`GET /api/runs/${run.id}/`, { body: run });
}
