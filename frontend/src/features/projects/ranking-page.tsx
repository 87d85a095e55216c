import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Link, useParams } from "react-router";

import { catalogueQuery } from "@/api/labeling";
import type { RankingDetail } from "@/api/research-types";
import { EmptyNote } from "@/components/empty-note";
import { Facts } from "@/components/facts";
import { formatDateTime, formatDuration } from "@/components/formats";
import { LinkButton } from "@/components/link-button";
import { Loaded } from "@/components/loaded";
import { PageHeader } from "@/components/page-header";
import { ReadText } from "@/components/read-text";
import { Section } from "@/components/section";
import { TableSkeleton } from "@/components/table-skeleton";

import { RankLadder } from "./rank-ladder";
import classes from "./rank-ladder.module.css";
import { rankingLineageQuery, rankingQuery } from "./ranking-queries";
import { RankingState } from "./ranking-state";

const ORDER_SOURCE_WORDS: Record<RankingDetail["order_source"], string> = {
  seeded: "From the ratings",
  unseeded: "None",
  imported: "Imported as it was",
};

function links(things: { id: string; name: string }[], folder: string): ReactNode {
  if (things.length === 0) return "none yet";
  return (
    <ul className={classes.touched}>
      {things.map(({ id, name }) => (
        <li key={id}>
          <Link to={`/${folder}/${id}`}>{name}</Link>
        </li>
      ))}
    </ul>
  );
}

/** What the ranking went into: the answer to "which models learned from this?" (R53). */
function Touched({ rankingId }: { rankingId: string }) {
  const lineage = useQuery(rankingLineageQuery(rankingId));
  return (
    <Section title="What it went into">
      <Loaded query={lineage} skeleton={<TableSkeleton numRows={2} />}>
        {({ snapshots, model_versions: models }) =>
          snapshots.length === 0 ? (
            <EmptyNote title="No snapshot holds this ranking yet">
              No model has learned from it. Freezing data takes sealed rankings in.
            </EmptyNote>
          ) : (
            <Facts
              facts={[
                { name: "Snapshots", value: links(snapshots, "data") },
                { name: "Model versions", value: links(models, "models") },
              ]}
            />
          )
        }
      </Loaded>
    </Section>
  );
}

function RankingFacts({ ranking }: { ranking: RankingDetail }) {
  return (
    <Facts
      facts={[
        { name: "State", value: <RankingState ranking={ranking} /> },
        { name: "Labeler", value: ranking.labeler.display_name },
        { name: "Submitted", value: formatDateTime(ranking.submitted_at) },
        {
          name: "Taken back",
          value: ranking.superseded_at === null ? null : formatDateTime(ranking.superseded_at),
        },
        {
          name: "Time taken",
          value: ranking.seconds_active === null ? null : formatDuration(ranking.seconds_active),
        },
        {
          name: "Verdict",
          value: ranking.none_acceptable ? "None of these is acceptable" : null,
        },
        {
          name: "Toxicity of the input",
          value: ranking.input_toxicity === null ? null : `${ranking.input_toxicity} of 2`,
        },
        { name: "First order", value: ORDER_SOURCE_WORDS[ranking.order_source] },
        { name: "Instructions", value: ranking.instructions_version && `Version ${ranking.instructions_version}` },
        {
          name: "Completions",
          value: ranking.is_partial ? `${ranking.k}, some of its task` : `${ranking.k}, all of its task`,
        },
      ]}
    />
  );
}

function RankingView({ ranking }: { ranking: RankingDetail }) {
  const catalogue = useQuery(catalogueQuery);
  return (
    <>
      <PageHeader
        title={`Ranking ${ranking.id.slice(0, 8)}`}
        actions={
          <>
            <LinkButton to={`/prompts/${ranking.prompt_id}`} isQuiet>
              See the prompt
            </LinkButton>
            <LinkButton to={`/projects/${ranking.project}`} isQuiet>
              See the project
            </LinkButton>
          </>
        }
      >
        One labeler&apos;s order of the completions of one prompt.
      </PageHeader>
      <Section title="Facts" isSheet>
        <RankingFacts ranking={ranking} />
      </Section>
      <Section title="What was asked" isSheet>
        <ReadText text={ranking.prompt} />
      </Section>
      <Section title="Order" note="Best first. Labelers did not see where a completion came from.">
        <RankLadder items={ranking.items} catalogue={catalogue.data} />
      </Section>
      <Touched rankingId={ranking.id} />
    </>
  );
}

/** One ranking, all of it: who, when, the order with its reasons, and what learned from it. */
export function RankingPage() {
  const { rankingId = "" } = useParams();
  const ranking = useQuery(rankingQuery(rankingId));
  return <Loaded query={ranking}>{(found) => <RankingView ranking={found} />}</Loaded>;
}
