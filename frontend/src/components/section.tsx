import { useId } from "react";
import type { ReactNode } from "react";

import { KeptFocus } from "./kept-focus";
import classes from "./section.module.css";

/** A named part of a page. */
export function Section({
  title,
  note,
  actions,
  isSheet = false,
  children,
}: {
  title: string;
  note?: ReactNode;
  actions?: ReactNode;
  /** Whether the content lies on a sheet of its own. */
  isSheet?: boolean;
  children: ReactNode;
}) {
  const headingId = useId();
  return (
    <KeptFocus as="section" className={classes.section} labelledBy={headingId}>
      <div className={classes.head}>
        <div>
          <h2 id={headingId}>{title}</h2>
          {note && <p className={classes.note}>{note}</p>}
        </div>
        {actions}
      </div>
      {isSheet ? <div className={classes.sheet}>{children}</div> : children}
    </KeptFocus>
  );
}
