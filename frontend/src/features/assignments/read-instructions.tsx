import { Button, SegmentedControl, Text, Title } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { sentenceFor } from "@/api/errors";
import { acknowledgeInstructions, labelingProjectQuery, lastReadInstructionsQuery } from "@/api/labeling";
import type { Instructions } from "@/api/types";
import { LoadingPage } from "@/components/loading-page";
import { MarkdownText } from "@/components/markdown-text";
import { QueryProblem } from "@/components/query-problem";
import { TextDiff } from "@/components/text-diff";

import classes from "./read-instructions.module.css";

/** The new version, and where the labeler knows an older one what is different in it. */
function Body({ instructions, known }: { instructions: Instructions; known: Instructions | null }) {
  const { t } = useTranslation("assignments");
  const [view, setView] = useState<"changes" | "whole">("changes");
  if (!known) {
    return (
      <div className={classes.body}>
        <MarkdownText text={instructions.body} />
      </div>
    );
  }
  return (
    <>
      <div className={classes.views}>
        <p>{t("instructions.changedSince", { version: known.version })}</p>
        <SegmentedControl
          size="xs"
          data={[
            { value: "changes", label: t("instructions.changes") },
            { value: "whole", label: t("instructions.whole") },
          ]}
          value={view}
          onChange={(value) => setView(value === "whole" ? "whole" : "changes")}
        />
      </div>
      <div className={classes.body}>
        {view === "whole" ? (
          <MarkdownText text={instructions.body} />
        ) : (
          <TextDiff before={known.body} after={instructions.body} isChangesOnly />
        )}
      </div>
    </>
  );
}

/** The instructions, whole, before the first task under them and after every change (R15). */
export function ReadInstructions({
  projectId,
  onRead,
}: {
  projectId: number;
  onRead: () => void;
}) {
  const { t } = useTranslation("assignments");
  const project = useQuery(labelingProjectQuery(projectId));
  const known = useQuery(lastReadInstructionsQuery(projectId));
  const acknowledge = useMutation({
    mutationFn: (version: number) => acknowledgeInstructions(projectId, version),
    onSuccess: onRead,
    // A newer version may have come while this one was read.
    onError: () => project.refetch(),
  });

  // Without the older version the new one is read whole, which is always right.
  if (project.isPending || known.isPending) return <LoadingPage />;
  if (project.isError) {
    return <QueryProblem error={project.error} onRetry={() => void project.refetch()} />;
  }
  const { name, instructions } = project.data;
  return (
    <main className={classes.page}>
      <p className={classes.where}>
        <Link to="/label">{t("home.title")}</Link> / {name}
      </p>
      <Title order={1} dir="auto">
        {instructions.title}
      </Title>
      <p className={classes.version}>{t("instructions.version", { version: instructions.version })}</p>
      <Body instructions={instructions} known={known.data ?? null} />
      <footer className={classes.foot}>
        <Text c="dimmed">{t("instructions.openAgain")}</Text>
        {acknowledge.isError && (
          <Text c="var(--danger)" role="alert">
            {sentenceFor(acknowledge.error)}
          </Text>
        )}
        <Button
          loading={acknowledge.isPending}
          onClick={() => acknowledge.mutate(instructions.version)}
        >
          {t("instructions.read", { version: instructions.version })}
        </Button>
      </footer>
    </main>
  );
}
