import type { ReactNode } from "react";

import classes from "./facts.module.css";

export interface Fact {
  name: string;
  value: ReactNode;
  isWide?: boolean;
}

/** What there is to know about one thing, name over value. Facts without a value are left out. */
export function Facts({ facts }: { facts: Fact[] }) {
  const known = facts.filter(({ value }) => value !== null && value !== undefined && value !== "");
  return (
    <dl className={classes.facts}>
      {known.map(({ name, value, isWide }) => (
        <div key={name} className={isWide ? classes.wide : undefined}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
