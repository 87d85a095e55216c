import type { ReactNode } from "react";

import classes from "./field-grid.module.css";

/** Fields side by side, as many as fit; one under the other on a phone. */
export function FieldGrid({ children }: { children: ReactNode }) {
  return <div className={classes.grid}>{children}</div>;
}
