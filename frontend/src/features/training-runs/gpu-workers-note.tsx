import { Alert } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import { gpuSlotsQuery } from "@/api/runs";
import type { GpuSlot } from "@/api/training-types";
import { Moment } from "@/components/moment";

function newestOf(slots: GpuSlot[]): GpuSlot | undefined {
  return [...slots].sort((a, b) => b.last_seen.localeCompare(a.last_seen))[0];
}

/** Warns while no GPU worker is there to take a run; silent otherwise. */
export function GpuWorkersNote() {
  const slots = useQuery(gpuSlotsQuery);
  if (!slots.data || slots.data.some((slot) => slot.is_online)) return null;
  const last = newestOf(slots.data);
  return (
    <Alert color="yellow" title="No GPU worker is online" mb="md">
      Runs can be requested; they stay queued until a worker reports in.{" "}
      {last ? (
        <>
          {last.host} was last seen <Moment at={last.last_seen} />.
        </>
      ) : (
        "None has ever reported in here."
      )}
    </Alert>
  );
}
