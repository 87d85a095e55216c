import { Button, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { sentenceFor } from "@/api/errors";
import { LinkButton } from "@/components/link-button";
import { ReadText } from "@/components/read-text";
import { StatePage } from "@/components/state-page";

/** Covers a task that may disturb until the labeler wants to see it; declining costs nothing. */
export function ContentGate({
  warning,
  onShow,
  onDecline,
}: {
  warning: string;
  onShow: () => void;
  onDecline: () => Promise<void>;
}) {
  const { t } = useTranslation("assignments");
  const [isDeclining, setDeclining] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);

  async function decline() {
    setDeclining(true);
    setProblem(null);
    try {
      await onDecline();
    } catch (error) {
      setProblem(sentenceFor(error));
      setDeclining(false);
    }
  }

  return (
    <main>
      <StatePage
        title={t("gate.title")}
        actions={
          <>
            <Button onClick={onShow}>{t("gate.show")}</Button>
            <Button variant="default" loading={isDeclining} onClick={() => void decline()}>
              {t("gate.decline")}
            </Button>
            <LinkButton to="/label" isQuiet>
              {t("desk.otherProjects")}
            </LinkButton>
          </>
        }
      >
        <ReadText text={warning} />
        <p>{t("gate.note")}</p>
        <p>{t("gate.declineNote")}</p>
        {problem && (
          <Text c="var(--danger)" role="alert">
            {problem}
          </Text>
        )}
      </StatePage>
    </main>
  );
}
