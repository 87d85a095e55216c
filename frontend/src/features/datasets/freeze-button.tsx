import { Alert, Button } from "@mantine/core";
import { Link } from "react-router";

import type { Freezing } from "@/api/training-types";
import { ProblemNote } from "@/components/problem-note";

import { requestOf, unreadyBecause } from "./freeze-form";
import type { FreezeForm } from "./freeze-form";
import classes from "./freeze.module.css";
import { isLiveFreezing, useFreeze } from "./freezing-queries";
import { FreezingState } from "./freezing-state";

function Followed({ freezing }: { freezing: Freezing }) {
  if (freezing.state === "failed") {
    return (
      <Alert color="red" title="Nothing was frozen" role="alert" mt="sm">
        <FreezingState freezing={freezing} />
      </Alert>
    );
  }
  if (!isLiveFreezing(freezing)) return null;
  return (
    <>
      <p className={classes.state}>
        <FreezingState freezing={freezing} />
      </p>
      {/* Said once: the seconds above change all the time. */}
      <p className={classes.quiet} role="status">
        You may leave this page: it goes on, and <Link to="/data">Data</Link> shows how far it is.
      </p>
    </>
  );
}

/** Freezes what the form says, and opens the snapshot once it is there. */
export function FreezeButton({ form }: { form: FreezeForm }) {
  const { request, freezing, isBusy } = useFreeze();
  const unready = unreadyBecause(form);
  return (
    <>
      {request.isError && <ProblemNote error={request.error} title="Nothing was frozen" />}
      <Button
        fullWidth
        mt="sm"
        disabled={unready !== null}
        loading={isBusy}
        aria-describedby={unready ? "freeze-unready" : undefined}
        onClick={() => request.mutate(requestOf(form))}
      >
        Freeze
      </Button>
      {freezing && <Followed freezing={freezing} />}
      {unready && (
        <p className={classes.quiet} id="freeze-unready">
          {unready}
        </p>
      )}
    </>
  );
}
