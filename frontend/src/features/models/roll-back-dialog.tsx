import { Stack, Text, Textarea } from "@mantine/core";
import { useState } from "react";
import type { SyntheticEvent } from "react";

import type { ModelVersionDetail } from "@/api/training-types";
import { DialogFoot } from "@/components/dialog-foot";
import { Modal } from "@/components/dialogs";
import { ProblemNote } from "@/components/problem-note";

import { usePromote } from "./model-queries";

function RollBackForm({ model, earlier, onClose }: { model: ModelVersionDetail; earlier: string; onClose: () => void }) {
  const [reason, setReason] = useState("");
  const rollBack = usePromote(model.id);

  function submit(event: SyntheticEvent) {
    event.preventDefault();
    rollBack.mutate({ rollBack: reason }, { onSuccess: onClose });
  }

  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <Text>
          {earlier} becomes the current version again, in place of {model.name}. Runs at work keep the
          model that they were given.
        </Text>
        {rollBack.isError && <ProblemNote error={rollBack.error} title="It was not rolled back" />}
        <Textarea
          label="Reason"
          description="Kept with the promotion and in the audit trail."
          autosize
          minRows={2}
          maxLength={2_000}
          data-autofocus
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        <DialogFoot
          action="Roll back"
          blocked={reason.trim() === "" ? "A reason is needed." : null}
          isPending={rollBack.isPending}
          onLeave={onClose}
        />
      </Stack>
    </form>
  );
}

/** Makes the version current again that this one replaced. */
export function RollBackDialog({
  model,
  earlier,
  isOpen,
  onClose,
}: {
  model: ModelVersionDetail;
  /** The version that was current before. */
  earlier: string;
  isOpen: boolean;
  onClose: () => void;
}) {
  return (
    <Modal opened={isOpen} onClose={onClose} title={`Roll back ${model.name}`} centered>
      <RollBackForm model={model} earlier={earlier} onClose={onClose} />
    </Modal>
  );
}
