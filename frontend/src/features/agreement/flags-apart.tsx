import { Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import type { LabelersApart } from "@/api/research-types";
import { DataTable } from "@/components/data-table";
import type { Column } from "@/components/data-table";
import { formatCount } from "@/components/formats";
import { LoadedFigures } from "@/components/loaded-figures";
import { Section } from "@/components/section";

import { flagsApartQuery } from "./agreement-query";
import type { Filters } from "./agreement-query";
import classes from "./agreement.module.css";
import { pValueText } from "./figures";
import { FirstRows } from "./first-rows";
import { RowsLink } from "./rows-link";

function columnsFor(filters: Filters): Column<LabelersApart>[] {
  return [
    { key: "flag", header: "Flag", isRowHeader: true, cell: ({ label }) => label },
    {
      key: "labelers",
      header: "Labelers",
      cell: ({ key, a, b, num_yes_a: yesA, num_yes_b: yesB }) => (
        <>
          <RowsLink filters={filters} choice={{ labeler: a.id, flag: key }}>{a.display_name}</RowsLink>{" "}
          {formatCount(yesA)} yes, <RowsLink filters={filters} choice={{ labeler: b.id, flag: key }}>{b.display_name}</RowsLink>{" "}
          {formatCount(yesB)} yes
        </>
      ),
    },
    {
      key: "shared",
      header: "Completions of both",
      align: "end",
      cell: ({ num_shared: count }) => formatCount(count),
    },
    {
      key: "expected",
      header: "Both yes by chance",
      align: "end",
      cell: ({ expected }) => expected.toFixed(1),
    },
    {
      key: "p",
      header: "p",
      align: "end",
      isOneLine: true,
      cell: ({ p_value: p, is_marked: isMarked }) => (
        <>
          {pValueText(p)}
          {isMarked && <span className={classes.marked}>unlikely by chance</span>}
        </>
      ),
    },
  ];
}

/** Of all flags together: what chance alone makes often says nothing and stands last. */
function leastLikelyFirst(pairs: LabelersApart[]): LabelersApart[] {
  return [...pairs].sort((one, other) => one.p_value - other.p_value);
}

/** Pairs of labelers who set the same flag, and never on the same completion. */
export function FlagsApart({ filters }: { filters: Filters }) {
  const apart = useQuery(flagsApartQuery(filters));
  return (
    <Section title="Never the same flag" note={apart.data?.definition}>
      <LoadedFigures query={apart} skeleton={<Skeleton height={120} />}>
        {({ pairs, num_apart: count }) =>
          pairs.length === 0 ? (
            <p className={classes.small}>
              No two labelers who share enough answers have set a flag without ever setting it together.
            </p>
          ) : (
            <>
              <FirstRows rows={leastLikelyFirst(pairs)}>
                {(rows) => (
                  <DataTable
                    caption="Labelers who never set a flag on the same completion"
                    columns={columnsFor(filters)}
                    rows={rows}
                    rowKey={({ key, a, b }) => `${key}-${a.id}-${b.id}`}
                  />
                )}
              </FirstRows>
              {count > pairs.length && (
                <p className={classes.small}>
                  The least likely {formatCount(pairs.length)} of {formatCount(count)}.
                </p>
              )}
            </>
          )
        }
      </LoadedFigures>
    </Section>
  );
}
