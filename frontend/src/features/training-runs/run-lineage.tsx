import { Anchor, VisuallyHidden } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useRef } from "react";
import { Link } from "react-router";

import { api, bodyOf } from "@/api/client";
import type { Run, RunLineage } from "@/api/training-types";
import { labelOf, MODEL_KIND_WORDS, SNAPSHOT_KIND_WORDS, STAGE_WORDS } from "@/api/words";
import { Loaded } from "@/components/loaded";
import { LoadingShape } from "@/components/loading-shape";
import { Section } from "@/components/section";

import { roleWords } from "./launch-choices";
import { layOut, NODE_HEIGHT, NODE_WIDTH, scrollTo } from "./lineage-layout";
import type { LineageNode, PlacedNode } from "./lineage-layout";
import classes from "./run-lineage.module.css";

const PLACES: Record<LineageNode["kind"], string> = {
  snapshot: "/data/",
  model_version: "/models/",
  run: "/runs/",
  evaluation: "/evaluations/",
};

function kindInWords({ kind, detail }: LineageNode): string {
  const words: Record<string, string> = { ...SNAPSHOT_KIND_WORDS };
  const kinds: Record<string, string> = { ...MODEL_KIND_WORDS };
  const stages: Record<string, string> = { ...STAGE_WORDS };
  switch (kind) {
    case "snapshot":
      return words[detail] ?? labelOf(detail);
    case "model_version":
      return kinds[detail] ?? labelOf(detail);
    case "run":
      return `${stages[detail] ?? labelOf(detail)} run`;
    case "evaluation":
      return "Evaluation";
  }
}

function Node({ placed, run }: { placed: PlacedNode; run: Run }) {
  const { node, madeFrom, left, top } = placed;
  const isThis = node.id === run.id;
  const sources = madeFrom.map(({ name, role }) =>
    role === "output" || role === "evaluation" ? name : `${name} as ${roleWords(run.stage, role).label.toLowerCase()}`,
  );
  return (
    <li
      className={classes.place}
      style={{ left, top, width: NODE_WIDTH, height: NODE_HEIGHT }}
    >
      <Link
        className={classes.node}
        to={`${PLACES[node.kind]}${node.id}`}
        data-kind={node.kind}
        aria-current={isThis ? "page" : undefined}
        title={node.name}
      >
        <span className={classes.name}>{node.name}</span>
        <span className={classes.kind}>{isThis ? "This run" : kindInWords(node)}</span>
        {sources.length > 0 && <VisuallyHidden>, from {sources.join(", ")}</VisuallyHidden>}
      </Link>
    </li>
  );
}

function Graph({ lineage, run }: { lineage: RunLineage; run: Run }) {
  const { columns, lines, width, height } = useMemo(() => layOut(lineage), [lineage]);
  const frame = useRef<HTMLDivElement>(null);
  const own = columns.flat().find(({ node }) => node.id === run.id);
  useEffect(() => {
    if (frame.current === null || own === undefined) return;
    // Where not all of it fits, the run itself is in sight.
    const air = Number.parseFloat(getComputedStyle(frame.current).paddingInlineStart) || 0;
    frame.current.scrollLeft = scrollTo(own.left, frame.current.clientWidth - 2 * air);
  }, [own]);
  return (
    // A scrolled region must be reachable by key.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className={classes.frame} ref={frame} tabIndex={0} role="group" aria-label="Lineage, oldest first">
      <div className={classes.canvas} style={{ width, height }}>
        <svg className={classes.lines} width={width} height={height} aria-hidden>
          {lines.map(({ key, path }) => (
            <path key={key} d={path} />
          ))}
        </svg>
        <ol className={classes.columns}>
          {columns.map((nodes, column) => (
            <li key={column}>
              <ul>
                {nodes.map((placed) => (
                  <Node key={placed.node.id} placed={placed} run={run} />
                ))}
              </ul>
            </li>
          ))}
        </ol>
      </div>
    </div>
  );
}

function WhatIsLeftOut({ lineage, run }: { lineage: RunLineage; run: Run }) {
  const made = run.output_model_version;
  if (!lineage.has_earlier && !lineage.has_more_uses) return null;
  return (
    <p className={classes.more}>
      {lineage.has_earlier && "Earlier generations stand on the pages of the models. "}
      {lineage.has_more_uses && made !== null && (
        <>
          Older runs that read it stand on the page of{" "}
          <Anchor component={Link} to={`/models/${made.id}`}>
            {made.name}
          </Anchor>
          .
        </>
      )}
    </p>
  );
}

/** What the run was made from, what it made and what came of that, each with its page (R53). */
export function RunLineageGraph({ run }: { run: Run }) {
  const lineage = useQuery({
    // What it made is there only once it has succeeded.
    queryKey: ["runs", "lineage", run.id, run.state === "succeeded"],
    queryFn: ({ signal }) =>
      bodyOf(api.GET("/api/runs/{run_id}/lineage/", { params: { path: { run_id: run.id } }, signal })),
  });
  return (
    <Section title="Lineage">
      <Loaded query={lineage} skeleton={<LoadingShape height={170} />}>
        {(found) => (
          <>
            <Graph lineage={found} run={run} />
            <WhatIsLeftOut lineage={found} run={run} />
          </>
        )}
      </Loaded>
    </Section>
  );
}
