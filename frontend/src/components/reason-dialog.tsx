import { Button, Group, Radio, Stack, Text, Textarea } from "@mantine/core";
import { useState } from "react";
import type { SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";

import { sentenceFor } from "@/api/errors";

import { Modal } from "./dialogs";

interface Choice {
  key: string;
  label: string;
}

/** Asks for one of several reasons, with room for a sentence. */
export function ReasonDialog({
  title,
  explanation,
  action,
  choices,
  onChoose,
  onClose,
}: {
  title: string;
  explanation: string;
  action: string;
  choices: readonly Choice[];
  onChoose: (key: string, comment: string) => Promise<void>;
  onClose: () => void;
}) {
  const { t } = useTranslation("common");
  const [reason, setReason] = useState("");
  const [comment, setComment] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const [isSending, setSending] = useState(false);

  async function submit(event: SyntheticEvent) {
    event.preventDefault();
    if (isSending || !reason) return;
    setSending(true);
    setProblem(null);
    try {
      await onChoose(reason, comment);
      onClose();
    } catch (error) {
      setProblem(sentenceFor(error));
      setSending(false);
    }
  }

  return (
    <Modal opened onClose={onClose} title={title} transitionProps={{ duration: 0 }}>
      <form onSubmit={(event) => void submit(event)}>
        <Stack gap="md">
          <Text c="dimmed">{explanation}</Text>
          <Radio.Group value={reason} onChange={setReason} aria-label={t("reason")}>
            <Stack gap="xs">
              {choices.map((choice, index) => (
                <Radio
                  key={choice.key}
                  value={choice.key}
                  label={choice.label}
                  data-autofocus={index === 0 || undefined}
                />
              ))}
            </Stack>
          </Radio.Group>
          <Textarea
            label={t("anythingToAdd")}
            description={t("optional")}
            autosize
            minRows={2}
            value={comment}
            onChange={(event) => setComment(event.currentTarget.value)}
          />
          {problem && (
            <Text c="var(--danger)" role="alert">
              {problem}
            </Text>
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t("cancel")}
            </Button>
            <Button type="submit" disabled={!reason} loading={isSending}>
              {action}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
