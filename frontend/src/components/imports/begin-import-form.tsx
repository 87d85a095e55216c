import { Button, Checkbox, Stack } from "@mantine/core";
import { useId } from "react";
import type { ReactNode } from "react";

import { ProblemNote } from "../problem-note";
import classes from "./imports.module.css";

/** Fields beside each other, as many as fit. */
export function ImportFields({ children }: { children: ReactNode }) {
  return <div className={classes.fields}>{children}</div>;
}

/** What a file needs before it can be imported, whether it is only tried, and the button. */
export function BeginImportForm({
  noun,
  isWide = false,
  isDryRun,
  onDryRun,
  open,
  blocked,
  onBegin,
  children,
}: {
  /** What the file's parts are called: "row" or "line". */
  noun: string;
  isWide?: boolean;
  isDryRun: boolean;
  onDryRun: (isDryRun: boolean) => void;
  open: { error: Error | null; isPending: boolean };
  /** Why it cannot begin; null when it can. */
  blocked: string | null;
  onBegin: () => void;
  children: ReactNode;
}) {
  const whyId = useId();
  return (
    <form
      className={`${classes.form} ${isWide ? classes.wide : ""}`}
      onSubmit={(event) => {
        event.preventDefault();
        if (blocked === null) onBegin();
      }}
    >
      <Stack gap="md">
        {children}
        <Checkbox
          label="Only try it"
          description={`Reports on every ${noun} and stores nothing.`}
          checked={isDryRun}
          onChange={(event) => onDryRun(event.currentTarget.checked)}
        />
        {open.error && <ProblemNote error={open.error} title="The import could not begin" />}
        <div>
          <Button
            type="submit"
            disabled={blocked !== null}
            aria-describedby={blocked === null ? undefined : whyId}
            loading={open.isPending}
          >
            {isDryRun ? "Try the import" : "Import for good"}
          </Button>
          {blocked !== null && (
            <p id={whyId} className={classes.why}>
              {blocked}
            </p>
          )}
        </div>
      </Stack>
    </form>
  );
}
