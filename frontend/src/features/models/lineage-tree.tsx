import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";

import { sentenceFor } from "@/api/errors";
import type { ModelName, ModelVersionDetail, UsedSnapshot } from "@/api/training-types";
import { MODEL_KIND_WORDS, STAGE_WORDS, labelOf } from "@/api/words";
import { countOf, formatDate, shortHash } from "@/components/formats";
import { LoadingShape } from "@/components/loading-shape";

import classes from "./lineage.module.css";
import { modelVersionQuery } from "./model-queries";

// A policy stands on a reward model, that on a supervised model, that on a base model.
const MAX_DEPTH = 5;

function SnapshotNode({ snapshot }: { snapshot: UsedSnapshot }) {
  return (
    <li className={classes.node}>
      <span className={classes.role}>{labelOf(snapshot.role)}</span>{" "}
      <Link className={classes.name} to={`/data/${snapshot.id}`}>
        {snapshot.name}
      </Link>{" "}
      <span className={classes.facts}>
        {countOf(snapshot.num_records, "record")}, {shortHash(snapshot.sha256)}
      </span>
    </li>
  );
}

/** What a version was made from: its run, and under it every model and snapshot that the run read. */
function Made({ model, depth }: { model: ModelVersionDetail; depth: number }) {
  if (!model.run) return null;
  const { parents } = model.lineage;
  // The list holds those of its ancestors too, which stand under them in the tree.
  const snapshots = model.lineage.snapshots.filter(({ used_for: made }) => made.id === model.id);
  return (
    <ul>
      <li className={classes.node}>
        <span className={classes.role}>Made by</span>{" "}
        <Link className={classes.name} to={`/runs/${model.run.id}`}>
          {STAGE_WORDS[model.run.stage]} run
        </Link>{" "}
        <span className={classes.facts}>{formatDate(model.created_at)}</span>
        <ul>
          {snapshots.map((snapshot) => (
            <SnapshotNode key={snapshot.role} snapshot={snapshot} />
          ))}
          {parents.map(({ role, model_version: parent }) => (
            <AncestorNode key={role} role={role} ancestor={parent} depth={depth + 1} />
          ))}
        </ul>
      </li>
    </ul>
  );
}

function AncestorNode({ role, ancestor, depth }: { role: string; ancestor: ModelName; depth: number }) {
  const isNear = depth <= MAX_DEPTH;
  const model = useQuery({ ...modelVersionQuery(ancestor.id), enabled: isNear });
  return (
    <li className={classes.node}>
      <span className={classes.role}>{labelOf(role)}</span>{" "}
      <Link className={classes.name} to={`/models/${ancestor.id}`}>
        {ancestor.name}
      </Link>{" "}
      <span className={classes.facts}>{MODEL_KIND_WORDS[ancestor.kind]}</span>
      {isNear && model.isPending && <LoadingShape height={12} width="16rem" mt={6} />}
      {model.isError && <div className={classes.facts}>{sentenceFor(model.error)}</div>}
      {model.data && <Made model={model.data} depth={depth} />}
    </li>
  );
}

/** A version and all that it stands on, down to what people wrote and preferred. */
export function LineageTree({ model }: { model: ModelVersionDetail }) {
  return (
    <ul className={classes.tree}>
      <li className={classes.node}>
        <span className={classes.role}>This version</span>{" "}
        <span className={classes.name}>{model.name}</span>{" "}
        <span className={classes.facts}>{MODEL_KIND_WORDS[model.kind]}</span>
        <Made model={model} depth={0} />
      </li>
    </ul>
  );
}
