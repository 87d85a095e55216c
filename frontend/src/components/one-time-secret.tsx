import type { ReactNode } from "react";

import { CopyButton } from "./copy-button";
import classes from "./one-time-secret.module.css";

/** A secret that the server shows exactly once. */
export function OneTimeSecret({
  secret,
  copyLabel,
  children,
}: {
  secret: string;
  copyLabel: string;
  children: ReactNode;
}) {
  return (
    <div className={classes.box} role="status">
      <p className={classes.note}>{children}</p>
      <div className={classes.row}>
        <code className={classes.secret}>{secret}</code>
        <CopyButton text={secret} label={copyLabel} />
      </div>
    </div>
  );
}
