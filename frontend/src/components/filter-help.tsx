import type { ReactNode } from "react";

import classes from "./toolbar.module.css";

/** What filters do on this page, below them. */
export function FilterHelp({ children }: { children: ReactNode }) {
  return <p className={`${classes.row} ${classes.help}`}>{children}</p>;
}
