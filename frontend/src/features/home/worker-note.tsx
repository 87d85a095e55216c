import { Alert } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import { gpuSlotsQuery } from "@/api/runs";

/** Says that nothing will train while no GPU worker is there; silent otherwise. */
export function WorkerNote() {
  const slots = useQuery(gpuSlotsQuery);
  if (!slots.data || slots.data.some((slot) => slot.is_online)) return null;
  return (
    <Alert color="yellow" title="No GPU worker is online" mb="lg">
      Labeling goes on. Runs can be requested and stay queued until a worker reports in.
    </Alert>
  );
}
