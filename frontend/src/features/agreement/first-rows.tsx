import { Button } from "@mantine/core";
import { useState } from "react";
import type { ReactNode } from "react";

import { formatCount } from "@/components/formats";

import classes from "./agreement.module.css";

const NUM_FIRST = 20;

/** The first rows, and the rest once somebody asks. */
export function FirstRows<Row>({ rows, children }: { rows: Row[]; children: (shown: Row[]) => ReactNode }) {
  const [isWhole, setWhole] = useState(false);
  return (
    <>
      {children(isWhole ? rows : rows.slice(0, NUM_FIRST))}
      {!isWhole && rows.length > NUM_FIRST && (
        <div className={classes.more}>
          <Button variant="default" onClick={() => setWhole(true)}>
            Show all {formatCount(rows.length)}
          </Button>
        </div>
      )}
    </>
  );
}
