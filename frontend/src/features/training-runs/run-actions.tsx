import { Button, Group } from "@mantine/core";

import { isAtLeast, useSignedInUser } from "@/api/session";
import type { Run } from "@/api/training-types";
import { ConfirmButton } from "@/components/confirm-button";
import { LinkButton } from "@/components/link-button";
import { ProblemNote } from "@/components/problem-note";

import { PriorityButton } from "./priority-button";
import { RetryButton } from "./retry-button";
import { lossInWords } from "./run-words";
import { useRunCommand } from "./use-run";
import type { RunCommand } from "./use-run";

/** The way to the form, filled in as the run was requested. */
function LikeButton({ run }: { run: Run }) {
  if (run.ended_at === null) return null;
  return (
    <LinkButton to={`/runs/new?like=${run.id}`} isQuiet>
      Request one like it
    </LinkButton>
  );
}

function offersAnything({ can, ended_at: endedAt }: Run): boolean {
  return endedAt !== null || Object.values(can).some(Boolean);
}

/** What may be done with a run now: only what the server says can be done. */
export function RunActions({ run }: { run: Run }) {
  const isAdmin = isAtLeast(useSignedInUser().role, "admin");
  const command = useRunCommand(run.id);
  const pending = command.isPending ? command.variables : null;

  // Nothing to do leaves no gap behind the other buttons.
  if (!isAdmin || !(offersAnything(run) || command.isError)) return null;

  function plain(name: RunCommand, label: string, act: () => void) {
    if (!run.can[name]) return null;
    return (
      <Button variant="default" onClick={act} loading={pending === name}>
        {label}
      </Button>
    );
  }

  return (
    <div>
      <Group gap="sm">
        {plain("pause", "Pause", () => command.mutate("pause"))}
        {plain("resume", "Resume", () => command.mutate("resume"))}
        <PriorityButton run={run} />
        {run.can.retry && <RetryButton run={run} />}
        <LikeButton run={run} />
        {run.can.cancel && (
          <ConfirmButton
            label="Cancel run"
            question={`Cancel ${run.name}?`}
            consequence={`It ends at its next step and leaves no model. Its figures and log stay, its checkpoints go: a retry begins anew.${run.can.pause ? " To go on later, pause it instead." : ""}`}
            confirmLabel="Cancel the run"
            isPending={pending === "cancel"}
            onConfirm={() => command.mutate("cancel")}
          />
        )}
        {run.can.kill && (
          <ConfirmButton
            label="Kill now"
            question={`Kill ${run.name}?`}
            consequence={lossInWords(run)}
            confirmLabel="Kill the run"
            isPending={pending === "kill"}
            onConfirm={() => command.mutate("kill")}
          />
        )}
      </Group>
      {command.isError && <ProblemNote error={command.error} title="That did not work" />}
    </div>
  );
}
