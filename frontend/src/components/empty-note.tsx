import type { ReactNode } from "react";

import classes from "./empty-note.module.css";

/** Says why a place is empty and what fills it. */
export function EmptyNote({
  title,
  children,
  actions,
}: {
  title: string;
  children?: ReactNode;
  actions?: ReactNode;
}) {
  return (
    <div className={classes.note}>
      <p className={classes.title}>{title}</p>
      {children && <p className={classes.body}>{children}</p>}
      {actions && <div className={classes.actions}>{actions}</div>}
    </div>
  );
}
