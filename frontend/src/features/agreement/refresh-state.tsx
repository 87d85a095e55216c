import { Button, Group } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";

import type { AgreementRefresh } from "@/api/research-types";
import { Banner } from "@/components/banner";
import { formatCount } from "@/components/formats";
import { LoadedFigures } from "@/components/loaded-figures";
import { LoadingShape } from "@/components/loading-shape";
import { Moment } from "@/components/moment";
import { ProblemNote } from "@/components/problem-note";
import { ProgressLine } from "@/components/progress-line";

import classes from "./agreement.module.css";
import { refreshQuery, useAskForRefresh, useFreshFigures } from "./refresh-query";

/** What the figures below are of, in one sentence. */
function Age({ refresh: { state, refreshed_at: moment } }: { refresh: AgreementRefresh }) {
  if (moment === null) return <>The figures are worked out for the first time soon; they appear here by themselves.</>;
  return (
    <>
      As of <Moment at={moment} />
      {state === "asked"
        ? "; asked for anew, which begins within half a minute."
        : "; worked out anew in the background whenever rankings are sealed."}
    </>
  );
}

/** Why the figures may be of before, in part or all of them; nothing where nothing is amiss. */
function Trouble({ refresh }: { refresh: AgreementRefresh }) {
  const { state, num_done: done, num_changed: changed, failed_at: failedAt, failure } = refresh;
  if (state !== "failed" && state !== "broke_off") return null;
  const part =
    changed > 0
      ? `${formatCount(done)} of ${formatCount(changed)} prompts that changed are counted anew, the others as before.`
      : "The figures are of before.";
  return (
    <Banner tone="caution">
      {state === "failed" && failedAt !== null ? (
        <>
          Working the figures out failed <Moment at={failedAt} />: {failure}. {part}
        </>
      ) : (
        <>Working the figures out broke off. {part}</>
      )}{" "}
      It is tried again by itself.
    </Banner>
  );
}

/** How old the figures are, whether they are being worked out, and having them now. */
export function RefreshState() {
  const query = useQuery(refreshQuery);
  const refetch = useFreshFigures();
  const moment = query.data?.refreshed_at;
  const known = useRef(moment);
  useEffect(() => {
    if (known.current !== undefined && moment !== known.current) refetch();
    known.current = moment;
  }, [moment, refetch]);
  return (
    <LoadedFigures query={query} skeleton={<LoadingShape height={36} />}>
      {(refresh) => <Known refresh={refresh} />}
    </LoadedFigures>
  );
}

function Known({ refresh }: { refresh: AgreementRefresh }) {
  const ask = useAskForRefresh();
  const { state, num_done: done, num_changed: changed } = refresh;
  const isRunning = state === "running";
  return (
    <div className={classes.refresh}>
      <Trouble refresh={refresh} />
      <Group justify="space-between" gap="sm">
        <p className={classes.asOf} role="status">
          <Age refresh={refresh} />
        </p>
        <Button
          variant="default"
          disabled={isRunning || state === "asked"}
          loading={ask.isPending}
          onClick={() => ask.mutate()}
        >
          {state === "failed" || state === "broke_off" ? "Try again now" : "Refresh now"}
        </Button>
      </Group>
      {isRunning && changed > 0 && (
        <ProgressLine
          share={done / changed}
          label="Figures worked out anew"
          words="The figures are being worked out; until then a part of them is of before."
          more={`${formatCount(done)} of ${formatCount(changed)} prompts`}
        />
      )}
      {ask.error && <ProblemNote error={ask.error} title="The refresh was not asked for" />}
    </div>
  );
}
