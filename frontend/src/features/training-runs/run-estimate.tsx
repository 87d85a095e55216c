import type { RunEstimate } from "@/api/training-types";
import { Facts } from "@/components/facts";
import { countOf, formatBytes, formatDuration } from "@/components/formats";

/** How sure the time is, and what it stands on. */
export function groundsOf({ num_runs: runs, off_by: offBy, reason_undefined: reason }: RunEstimate): string {
  if (reason !== "") return `The time is not defined: ${reason}.`;
  const from = `From ${countOf(runs, "finished run")} of this stage`;
  if (offBy === null) return `${from}; fewer than three say little, so the range is wide.`;
  return `${from}; predicted from one another, half of them were missed by less than ${offBy.toFixed(1)} times.`;
}

/** What the memory is of: a machine with several accelerators gives each a process of the run. */
export function memoryName({ num_processes: processes }: RunEstimate): string {
  return processes === 1 ? "Memory" : `Memory of each of ${processes} processes`;
}

function timeOf({ seconds }: RunEstimate): string | null {
  if (seconds === null) return null;
  return `${formatDuration(seconds.middle)} (${formatDuration(seconds.low)} to ${formatDuration(seconds.high)})`;
}

/** What the run will take, before it is requested. */
export function Estimate({ estimate, numRuns }: { estimate: RunEstimate; numRuns: number }) {
  const memory = formatBytes(estimate.memory_bytes);
  return (
    <div role="group" aria-label="Estimate">
      <Facts
        facts={[
          { name: numRuns > 1 ? "Time of each run" : "Time", value: timeOf(estimate), isWide: true },
          {
            name: memoryName(estimate),
            value: estimate.is_memory_measured ? memory : `${memory} and what the texts take`,
          },
          {
            name: "Disk",
            value: estimate.disk_bytes === 0 ? "" : `up to ${formatBytes(estimate.disk_bytes)}`,
          },
        ]}
      />
      <p style={{ color: "var(--text-soft)", fontSize: "0.8125rem" }}>
        {estimate.num_processes > 1 &&
          `Each process has a GPU of its own; time and disk are of the whole run. `}
        {groundsOf(estimate)}
      </p>
    </div>
  );
}
