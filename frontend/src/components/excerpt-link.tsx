import { Link } from "react-router";

import classes from "./excerpt-link.module.css";

/** The beginning of somebody's text, which leads to all of it. */
export function ExcerptLink({ to, children }: { to: string; children: string }) {
  return (
    <Link className={classes.excerpt} to={to} dir="auto">
      {children}
    </Link>
  );
}
