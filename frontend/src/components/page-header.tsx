import { Title } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import type { ReactNode } from "react";

import { KeptFocus } from "./kept-focus";
import classes from "./page-header.module.css";

/** A page's name, one line about it, and what can be done on it. */
export function PageHeader({
  title,
  children,
  actions,
}: {
  title: string;
  children?: ReactNode;
  actions?: ReactNode;
}) {
  useDocumentTitle(`${title} - Concord`);
  return (
    <KeptFocus label={title} className={classes.header}>
      <div>
        <Title order={1}>{title}</Title>
        {children && <p className={classes.lead}>{children}</p>}
      </div>
      {actions && <div className={classes.actions}>{actions}</div>}
    </KeptFocus>
  );
}
