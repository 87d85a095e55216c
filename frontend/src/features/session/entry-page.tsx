import { Title } from "@mantine/core";
import type { ReactNode } from "react";

import classes from "./entry-page.module.css";

/** The sheet that people see before they are in. */
export function EntryPage({ title, children }: { title: string; children: ReactNode }) {
  return (
    <main className={classes.page}>
      <p className={classes.name}>Concord</p>
      <Title order={1} size="h2" mb="md">
        {title}
      </Title>
      {children}
    </main>
  );
}
