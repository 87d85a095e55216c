import { Button, Text, Title } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "react-router";

import { sentenceFor } from "@/api/errors";
import { acknowledgeInstructions, labelingProjectQuery } from "@/api/labeling";
import { LoadingPage } from "@/components/loading-page";
import { QueryProblem } from "@/components/query-problem";
import { ReadText } from "@/components/read-text";

import classes from "./read-instructions.module.css";

/** The instructions, whole, before the first task under them and after every change (R15). */
export function ReadInstructions({
  projectId,
  onRead,
}: {
  projectId: number;
  onRead: () => void;
}) {
  const project = useQuery(labelingProjectQuery(projectId));
  const acknowledge = useMutation({
    mutationFn: (version: number) => acknowledgeInstructions(projectId, version),
    onSuccess: onRead,
    // A newer version may have come while this one was read.
    onError: () => project.refetch(),
  });

  if (project.isPending) return <LoadingPage />;
  if (project.isError) {
    return <QueryProblem error={project.error} onRetry={() => void project.refetch()} />;
  }
  const { name, instructions } = project.data;
  return (
    <main className={classes.page}>
      <p className={classes.where}>
        <Link to="/label">Label</Link> / {name}
      </p>
      <Title order={1}>{instructions.title}</Title>
      <p className={classes.version}>Instructions, version {instructions.version}</p>
      <div className={classes.body}>
        <ReadText text={instructions.body} />
      </div>
      <footer className={classes.foot}>
        <Text c="dimmed">You can open them again from every task.</Text>
        {acknowledge.isError && (
          <Text c="var(--danger)" role="alert">
            {sentenceFor(acknowledge.error)}
          </Text>
        )}
        <Button
          loading={acknowledge.isPending}
          onClick={() => acknowledge.mutate(instructions.version)}
        >
          I have read version {instructions.version}
        </Button>
      </footer>
    </main>
  );
}
