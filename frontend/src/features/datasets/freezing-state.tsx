import type { Freezing } from "@/api/training-types";
import { formatDuration } from "@/components/formats";
import { useNow } from "@/components/use-now";

// Longer than a worker that has nothing else to do lets anybody wait.
const SOON_SECONDS = 10;

function Waiting({ freezing: { state, created_at: askedAt, started_at: startedAt } }: { freezing: Freezing }) {
  const now = useNow();
  const seconds = (now - Date.parse(startedAt ?? askedAt)) / 1000;
  const ago = `${formatDuration(seconds)} ago`;
  if (state === "running") return <>Freezing… started {ago}</>;
  const isLate = seconds > SOON_SECONDS;
  return (
    <>
      Waiting for a worker, asked for {ago}
      {isLate && ". Other data is frozen before it, or no worker is running."}
    </>
  );
}

/** How far a freezing is, or why it failed. */
export function FreezingState({ freezing }: { freezing: Freezing }) {
  if (freezing.state === "failed") return <>{freezing.failure}</>;
  if (freezing.state === "done") return <>Frozen</>;
  return <Waiting freezing={freezing} />;
}
