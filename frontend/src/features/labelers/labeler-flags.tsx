import { Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import type { FlagBesidePeers } from "@/api/research-types";
import { DataTable } from "@/components/data-table";
import type { Column } from "@/components/data-table";
import { formatCount, formatShare } from "@/components/formats";
import { LoadedFigures } from "@/components/loaded-figures";
import { NoFigure } from "@/components/no-figure";

import { differenceText } from "./facts";
import classes from "./labelers.module.css";
import { labelerFlagsQuery } from "./quality-query";
import type { Filters } from "./quality-query";

function Difference({ flag }: { flag: FlagBesidePeers }) {
  const { difference, low, high, mark, p_value: p, reason_undefined: reason, reason_no_interval: noInterval } = flag;
  if (difference === null) return <NoFigure reason={reason} />;
  return (
    <>
      {differenceText(difference)}
      <span className={classes.size}>
        {low === null || high === null ? `no interval: ${noInterval ?? ""}` : `${differenceText(low)} to ${differenceText(high)}`}
      </span>
      {mark !== null && p !== null && (
        <span className={classes.marked}>{`${mark} the others, p ${p < 0.001 ? "< 0.001" : p.toFixed(3)}`}</span>
      )}
    </>
  );
}

const COLUMNS: Column<FlagBesidePeers>[] = [
  { key: "flag", header: "Flag", isRowHeader: true, cell: ({ label }) => label },
  {
    key: "own",
    header: "Said yes",
    align: "end",
    cell: ({ own, num_answers: count }) => (
      <>
        {own !== null && formatShare(own)}
        <span className={classes.size}>n = {formatCount(count)}</span>
      </>
    ),
  },
  { key: "others", header: "The others", align: "end", cell: ({ others }) => others !== null && formatShare(others) },
  {
    key: "difference",
    header: "Difference, in points",
    align: "end",
    cell: (flag) => <Difference flag={flag} />,
  },
];

/** How often one labeler sets each flag, beside those who answered about the same completions. */
export function LabelerFlags({ labelerId, filters }: { labelerId: number; filters: Filters }) {
  const flags = useQuery(labelerFlagsQuery(labelerId, filters));
  return (
    <LoadedFigures query={flags} skeleton={<Skeleton height={160} />}>
      {({ flags: found, definition }) => (
        <div className={classes.flags}>
          <h3>Flags beside the others</h3>
          {found.length === 0 ? (
            <p className={classes.small}>No flag that anybody set was answered by this labeler and others too.</p>
          ) : (
            <DataTable caption="Flags beside the others" columns={COLUMNS} rows={found} rowKey={({ key }) => key} />
          )}
          <p className={classes.small}>{definition}</p>
        </div>
      )}
    </LoadedFigures>
  );
}
