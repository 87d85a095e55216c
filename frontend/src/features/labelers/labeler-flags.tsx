import { Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";

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
import { flagAddress } from "./rows-address";

function Difference({ flag, to }: { flag: FlagBesidePeers; to: string }) {
  const { difference, low, high, mark, p_value: p, reason_undefined: reason, reason_no_interval: noInterval } = flag;
  if (difference === null) return <NoFigure reason={reason} />;
  return (
    <>
      <Link to={to} aria-label={`${differenceText(difference)} points: ${flag.label}, beside the others`}>
        {differenceText(difference)}
      </Link>
      <span className={classes.size}>
        {low === null || high === null ? `no interval: ${noInterval ?? ""}` : `${differenceText(low)} to ${differenceText(high)}`}
      </span>
      {mark !== null && p !== null && (
        <span className={classes.marked}>{`${mark} the others, p ${p < 0.001 ? "< 0.001" : p.toFixed(3)}`}</span>
      )}
    </>
  );
}

const columnsOf = (labelerId: number, filters: Filters): Column<FlagBesidePeers>[] => [
  { key: "flag", header: "Flag", isRowHeader: true, cell: ({ label }) => label },
  {
    key: "own",
    header: "Said yes",
    align: "end",
    cell: ({ key, label, own, num_answers: count }) => (
      <>
        {own !== null && formatShare(own)}
        <span className={classes.size}>
          <Link
            to={flagAddress(filters, "shared", key, labelerId)}
            aria-label={`n = ${formatCount(count)}: said yes to ${label}`}
          >
            n = {formatCount(count)}
          </Link>
        </span>
      </>
    ),
  },
  { key: "others", header: "The others", align: "end", cell: ({ others }) => others !== null && formatShare(others) },
  {
    key: "difference",
    header: "Difference, in points",
    align: "end",
    cell: (flag) => <Difference flag={flag} to={flagAddress(filters, "beside", flag.key, labelerId)} />,
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
            <DataTable
              caption="Flags beside the others"
              columns={columnsOf(labelerId, filters)}
              rows={found}
              rowKey={({ key }) => key}
            />
          )}
          <p className={classes.small}>{definition}</p>
        </div>
      )}
    </LoadedFigures>
  );
}
