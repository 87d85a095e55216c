import { NativeSelect, Radio, Stack, Text, Textarea } from "@mantine/core";
import { useState } from "react";
import type { SyntheticEvent } from "react";

import { ApiError } from "@/api/errors";
import type { ModelVersionDetail, PromotionRequest, Promotions } from "@/api/training-types";
import { VERSION_STAGE_WORDS } from "@/api/words";
import { DialogFoot } from "@/components/dialog-foot";
import { Modal } from "@/components/dialogs";
import { ProblemNote } from "@/components/problem-note";

import { evidenceWords } from "./evidence-words";
import { usePromote } from "./model-queries";

const SHOWN_FIELDS = ["override_reason", "evaluation"];
const STAGES = ["candidate", "staging", "current", "withdrawn"] as const;
const NOTES: Record<(typeof STAGES)[number], string> = {
  candidate: "Worth an evaluation.",
  staging: "Being tried before it becomes the current one.",
  current: "The best of its kind: what others should take.",
  withdrawn: "Nobody should take it any more.",
};

function blockedBecause(stage: string, hasGrounds: boolean, reason: string): string | null {
  if (stage === "") return "Choose a stage.";
  if (stage === "current" && !hasGrounds && reason.trim() === "") {
    return "Without an evaluation by people a reason is needed.";
  }
  return null;
}

function usableEvaluations({ evaluations }: Promotions) {
  return evaluations.flatMap(({ evaluation, evidence }) => (evidence ? [{ ...evaluation, evidence }] : []));
}

/** What the promotion stands on: an evaluation to choose, or what a reward model's report says. */
function Grounds({
  model,
  promotions,
  evaluation,
  problem,
  onChoose,
}: {
  model: ModelVersionDetail;
  promotions: Promotions;
  evaluation: string;
  problem: string | undefined;
  onChoose: (evaluation: string) => void;
}) {
  const { held_out_accuracy: accuracy } = promotions;
  if (model.kind === "reward_model") {
    return (
      <Text size="sm">
        {accuracy
          ? `It stands on its ${evidenceWords(accuracy)}.`
          : promotions.why_no_held_out_accuracy}
      </Text>
    );
  }
  const usable = usableEvaluations(promotions);
  const none = "No evaluation by people has a win rate of this model yet.";
  return (
    <NativeSelect
      label="Evaluation it stands on"
      description={usable.length === 0 ? none : undefined}
      data={[
        { value: "", label: "None" },
        ...usable.map(({ id, name, evidence }) => ({
          value: String(id),
          label: `${name}: ${evidenceWords(evidence)}`,
        })),
      ]}
      value={evaluation}
      error={problem}
      onChange={(event) => onChoose(event.currentTarget.value)}
    />
  );
}

/** Whose place the version takes. */
function Replaced({ model, promotions }: { model: ModelVersionDetail; promotions: Promotions }) {
  const { current } = promotions;
  if (current === null || current.id === model.id) return null;
  return <Text size="sm">It takes the place of {current.name}.</Text>;
}

function PromoteForm({
  model,
  promotions,
  onClose,
}: {
  model: ModelVersionDetail;
  promotions: Promotions;
  onClose: () => void;
}) {
  const [stage, setStage] = useState("");
  const [evaluation, setEvaluation] = useState(() => String(usableEvaluations(promotions)[0]?.id ?? ""));
  const [reason, setReason] = useState("");
  const promote = usePromote(model.id);
  const fields = promote.error instanceof ApiError ? promote.error.fields : {};
  const hasGrounds = evaluation !== "" || promotions.held_out_accuracy !== null;
  const blocked = blockedBecause(stage, hasGrounds, reason);

  function submit(event: SyntheticEvent) {
    event.preventDefault();
    const wanted = {
      stage: stage as PromotionRequest["stage"],
      evaluation: evaluation === "" ? null : Number(evaluation),
      override_reason: reason,
    };
    promote.mutate({ promote: wanted }, { onSuccess: onClose });
  }

  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        {promote.isError && (
          <ProblemNote error={promote.error} title="It was not promoted" shownFields={SHOWN_FIELDS} />
        )}
        <Radio.Group label="Stage" value={stage} onChange={setStage}>
          <Stack gap="xs" mt="xs">
            {STAGES.filter((one) => one !== promotions.stage).map((one) => (
              <Radio
                key={one}
                value={one}
                label={VERSION_STAGE_WORDS[one].label}
                description={NOTES[one]}
              />
            ))}
          </Stack>
        </Radio.Group>
        {stage === "current" && <Replaced model={model} promotions={promotions} />}
        <Grounds
          model={model}
          promotions={promotions}
          evaluation={evaluation}
          problem={fields.evaluation?.join(" ")}
          onChoose={setEvaluation}
        />
        <Textarea
          label={hasGrounds ? "Reason (optional)" : "Reason for going without"}
          description="Kept with the promotion and in the audit trail."
          autosize
          minRows={2}
          maxLength={2_000}
          value={reason}
          error={fields.override_reason?.join(" ")}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        <DialogFoot action="Promote" blocked={blocked} isPending={promote.isPending} onLeave={onClose} />
      </Stack>
    </form>
  );
}

/** Says how far a version has come, on the grounds of an evaluation or with a reason (R87). */
export function PromoteDialog({
  model,
  promotions,
  isOpen,
  onClose,
}: {
  model: ModelVersionDetail;
  promotions: Promotions;
  isOpen: boolean;
  onClose: () => void;
}) {
  return (
    <Modal opened={isOpen} onClose={onClose} title={`Promote ${model.name}`} centered size="lg">
      <PromoteForm model={model} promotions={promotions} onClose={onClose} />
    </Modal>
  );
}
