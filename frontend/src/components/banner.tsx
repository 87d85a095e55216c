import type { ReactNode } from "react";

import classes from "./banner.module.css";

/** One line across the page about something that needs no answer now. */
export function Banner({ tone, children }: { tone: "caution" | "danger"; children: ReactNode }) {
  return (
    <div className={classes.banner} data-tone={tone} role={tone === "danger" ? "alert" : "status"}>
      {children}
    </div>
  );
}
