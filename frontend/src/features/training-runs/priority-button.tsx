import { Button, NumberInput, Stack } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useState } from "react";
import type { SyntheticEvent } from "react";

import type { Run } from "@/api/training-types";
import { DialogFoot } from "@/components/dialog-foot";
import { Modal } from "@/components/dialogs";
import { ProblemNote } from "@/components/problem-note";

import { messagesOf, refusedFields } from "./use-launch";
import { usePriority } from "./use-run";

const MOST = 100;
const WAITING: ReadonlySet<Run["state"]> = new Set(["queued", "retry_wait", "paused"]);

function PriorityForm({ run, onLeave }: { run: Run; onLeave: () => void }) {
  const [priority, setPriority] = useState<number | string>(run.priority);
  const change = usePriority(run.id);
  const isWhole = typeof priority === "number" && Number.isInteger(priority);

  function submit(event: SyntheticEvent) {
    event.preventDefault();
    if (isWhole) change.mutate(priority, { onSuccess: onLeave });
  }

  return (
    <form onSubmit={submit}>
      <NumberInput
        label="Priority"
        description={`From -${MOST} to ${MOST}. Of two runs that could start the higher goes first, then the older; 0 is usual.`}
        min={-MOST}
        max={MOST}
        allowDecimal={false}
        value={priority}
        error={messagesOf(refusedFields(change.error), "priority")}
        onChange={setPriority}
        data-autofocus
      />
      {change.isError && (
        <ProblemNote error={change.error} title="The priority stays as it was" shownFields={["priority"]} />
      )}
      <Stack mt="lg">
        <DialogFoot
          action="Change the priority"
          blocked={isWhole ? null : "The priority is a whole number."}
          isPending={change.isPending}
          onLeave={onLeave}
        />
      </Stack>
    </form>
  );
}

/** Lets a run that waits go before or after others. */
export function PriorityButton({ run }: { run: Run }) {
  const [isOpen, dialog] = useDisclosure(false);
  if (!WAITING.has(run.state)) return null;
  return (
    <>
      <Button variant="default" onClick={dialog.open}>
        Priority {run.priority}
      </Button>
      <Modal opened={isOpen} onClose={dialog.close} title={`Priority of ${run.name}`} centered>
        <PriorityForm run={run} onLeave={dialog.close} />
      </Modal>
    </>
  );
}
