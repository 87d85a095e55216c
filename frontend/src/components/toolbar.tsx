import type { ReactNode } from "react";

import classes from "./toolbar.module.css";

/** The filters above a list. */
export function Toolbar({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className={classes.toolbar} role="search" aria-label={label}>
      {children}
    </div>
  );
}
