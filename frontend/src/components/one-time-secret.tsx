import { Button, Group, Stack } from "@mantine/core";
import type { ReactNode } from "react";

import { CopyButton } from "./copy-button";
import classes from "./one-time-secret.module.css";

/** A secret that the server shows exactly once, instead of the form that asked for it. */
export function OneTimeSecret({
  secret,
  copyLabel,
  onDone,
  children,
}: {
  secret: string;
  copyLabel: string;
  onDone: () => void;
  children: ReactNode;
}) {
  return (
    <Stack gap="md">
      <div className={classes.box} role="status">
        <p className={classes.note}>{children}</p>
        <div className={classes.row}>
          <code className={classes.secret}>{secret}</code>
          <CopyButton text={secret} label={copyLabel} />
        </div>
      </div>
      <Group justify="flex-end">
        <Button variant="default" onClick={onDone}>
          Done
        </Button>
      </Group>
    </Stack>
  );
}
