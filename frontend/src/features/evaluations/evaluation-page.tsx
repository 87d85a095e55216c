import { useQuery } from "@tanstack/react-query";
import { useParams } from "react-router";

import type { Evaluation, EvaluationDetail } from "@/api/research-types";
import { isAtLeast, useSignedInUser } from "@/api/session";
import {
  POOL_WORDS,
  PRIORITY_MODE_WORDS,
  PROJECT_KIND_WORDS,
  PROJECT_STATE_WORDS,
  SIMULATED_CHOICES,
  TOXICITY_INSTRUCTION_WORDS,
} from "@/api/words";
import { EmptyNote } from "@/components/empty-note";
import { Facts } from "@/components/facts";
import { FilterSelect } from "@/components/filter-select";
import { countOf, formatDateTime } from "@/components/formats";
import { LinkButton } from "@/components/link-button";
import { Loaded } from "@/components/loaded";
import { LoadingShape } from "@/components/loading-shape";
import { PageHeader } from "@/components/page-header";
import { Section } from "@/components/section";
import { StaleNote } from "@/components/stale-note";
import { ToneBadge } from "@/components/tone-badge";
import { Toolbar } from "@/components/toolbar";
import { useAddressFilters } from "@/components/use-address-filters";

import { EvaluationFigures } from "./evaluation-figures";
import { EvaluationProgress } from "./evaluation-progress";
import { evaluationQuery } from "./evaluation-queries";
import classes from "./evaluations.module.css";
import type { Counted } from "./figure-words";
import { MorePrompts } from "./more-prompts";
import { listed } from "./plan-words";

function EvaluationFacts({ evaluation }: { evaluation: Evaluation }) {
  const { toxicity_instruction: asked, content_warning: warning } = evaluation;
  return (
    <Section title="What is judged" isSheet>
      <Facts
        facts={[
          { name: "State", value: <ToneBadge {...PROJECT_STATE_WORDS[evaluation.state]} /> },
          { name: "Kind", value: PROJECT_KIND_WORDS[evaluation.kind] },
          { name: "Baseline", value: evaluation.baseline?.name },
          { name: "Puts first", value: PRIORITY_MODE_WORDS[evaluation.priority_mode] },
          { name: "Pool", value: POOL_WORDS[evaluation.pool] },
          { name: "Tasks", value: evaluation.num_tasks },
          { name: "Completions per task", value: evaluation.k },
          { name: "Labelers per task", value: evaluation.overlap },
          { name: "The models were asked to be", value: asked && TOXICITY_INSTRUCTION_WORDS[asked] },
          { name: "Opened", value: formatDateTime(evaluation.created_at) },
          { name: "Compared with it", value: listed(evaluation.models.map(({ name }) => name)), isWide: true },
          { name: "Content warning", value: warning, isWide: true },
        ]}
      />
    </Section>
  );
}

function Results({ detail, counted }: { detail: EvaluationDetail; counted: Counted }) {
  if (detail.num_rankings === 0) {
    return (
      <Section title="Results">
        <EmptyNote title="No sealed ranking yet">
          Figures appear when labelers have judged tasks and can no longer take their answers back.
        </EmptyNote>
      </Section>
    );
  }
  return (
    <>
      <p className={classes.quiet}>
        {countOf(detail.num_rankings, "sealed ranking")} by {countOf(detail.num_labelers, "labeler")}.
      </p>
      <EvaluationFigures detail={detail} counted={counted} />
    </>
  );
}

// More names than this would push what the evaluation says out of the first screen.
const MAX_NAMED = 3;

function comparedOf({ models }: Evaluation): string {
  return models.length > MAX_NAMED ? countOf(models.length, "model") : listed(models.map(({ name }) => name));
}

/** One evaluation: how far it is and what it says of its models so far (R34, R35). */
export function EvaluationPage() {
  const evaluationId = Number(useParams().evaluationId);
  const [{ simulated }, setFilter] = useAddressFilters(["simulated"]);
  const found = useQuery(evaluationQuery(evaluationId, simulated === "yes"));
  const isAdmin = isAtLeast(useSignedInUser().role, "admin");
  return (
    <Loaded query={found}>
      {(detail) => (
        <>
          <StaleNote query={found} />
          <PageHeader
            title={detail.evaluation.name}
            actions={
              <>
                <LinkButton to={`/win-rates?project=${evaluationId}`} isQuiet>
                  Head to head
                </LinkButton>
                <LinkButton to={`/projects/${evaluationId}`} isQuiet>
                  Instructions and rankings
                </LinkButton>
              </>
            }
          >
            {comparedOf(detail.evaluation)} against {detail.evaluation.baseline?.name}. These judgments never train a
            model.
          </PageHeader>
          <div className={classes.progress}>
            <EvaluationProgress evaluation={detail.evaluation} />
          </div>
          <Toolbar label="Whose judgments count">
            <FilterSelect
              label="Simulated labelers"
              all="Left out"
              choices={SIMULATED_CHOICES}
              value={simulated}
              onChange={(value) => setFilter("simulated", value)}
            />
          </Toolbar>
          <div
            className={found.isPlaceholderData ? classes.stale : undefined}
            aria-busy={found.isPlaceholderData}
          >
            {found.isPlaceholderData ? (
              <LoadingShape height={320} />
            ) : (
              <Results detail={detail} counted={{ evaluation: evaluationId, simulated }} />
            )}
          </div>
          <EvaluationFacts evaluation={detail.evaluation} />
          {isAdmin && <MorePrompts evaluationId={evaluationId} />}
        </>
      )}
    </Loaded>
  );
}
