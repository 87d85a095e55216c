import type { ReactNode } from "react";
import { Link } from "react-router";

import type { RunRow } from "@/api/training-types";

import { roleWords } from "./launch-choices";
import classes from "./runs-page.module.css";

// The role says whether an input is data or a model: both have a kind called sft.
const DATA_ROLES = new Set(["demonstrations", "rankings", "prompts", "pretraining", "completions"]);

export function isData(role: string): boolean {
  return DATA_ROLES.has(role);
}

export function placeOf(role: string, id: string): string {
  return isData(role) ? `/data/${id}` : `/models/${id}`;
}

// Judges of the finished model: it does not descend from them.
const FOR_EVALUATIONS = /^evaluation_/;

/** The roles of a run's snapshots, or of the models that it goes out from. */
function rolesOf({ inputs }: RunRow, kind: "data" | "models"): string[] {
  const roles = Object.keys(inputs).filter((role) => !FOR_EVALUATIONS.test(role));
  return roles.filter((role) => isData(role) === (kind === "data"));
}

/** What a run reads, each with the way to it; pointed at, as what. */
export function readsOf(run: RunRow, kind: "data" | "models"): ReactNode {
  const roles = rolesOf(run, kind);
  if (roles.length === 0) return null;
  return roles.map((role) => {
    const input = run.inputs[role];
    if (!input) return null;
    return (
      <div key={role} className={roles.length > 1 ? `${classes.read} ${classes.several}` : classes.read}>
        <Link to={placeOf(role, input.id)} title={`${roleWords(run.stage, role).label}: ${input.name}`}>
          {input.name}
        </Link>
      </div>
    );
  });
}
