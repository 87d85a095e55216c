import { Group, Title } from "@mantine/core";
import type { ReactNode } from "react";

import classes from "./state-page.module.css";

/** A page that says how things stand instead of showing content: what, why, what to do. */
export function StatePage({
  title,
  children,
  actions,
}: {
  title: string;
  children?: ReactNode;
  actions?: ReactNode;
}) {
  return (
    <section className={classes.page}>
      <Title order={1} size="h2">
        {title}
      </Title>
      <div className={classes.body}>{children}</div>
      {actions && <Group gap="sm">{actions}</Group>}
    </section>
  );
}
