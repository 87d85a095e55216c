import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useParams } from "react-router";

import type { ContestedPrompt, Figure } from "@/api/research-types";
import { Facts } from "@/components/facts";
import { countOf, formatDateTime } from "@/components/formats";
import { LinkButton } from "@/components/link-button";
import { Loaded } from "@/components/loaded";
import { NoFigure } from "@/components/no-figure";
import { PageHeader } from "@/components/page-header";
import { ReadText } from "@/components/read-text";
import { Section } from "@/components/section";

import { AdjudicationForm } from "./adjudication-form";
import classes from "./agreement.module.css";
import { AskSection } from "./ask-section";
import { contestedPromptQuery } from "./contested-queries";
import type { Place } from "./contested-queries";
import { ExclusionSection } from "./exclusion-section";
import { asCoefficient, intervalText } from "./figures";
import { LaddersSideBySide } from "./ladders-side-by-side";
import { lettersOf } from "./letters";

function CompletionTexts({ prompt, isRevealed }: { prompt: ContestedPrompt; isRevealed: boolean }) {
  const letters = lettersOf(prompt.completions);
  return (
    <div className={classes.completions}>
      {prompt.completions.map(({ id, text, source_name: source }) => (
        <article key={id} className={classes.completion} aria-label={`Completion ${letters.get(id) ?? ""}`}>
          <h3>
            {letters.get(id)}
            {isRevealed && <span className={classes.source}>{source}</span>}
          </h3>
          <ReadText text={text} />
        </article>
      ))}
    </div>
  );
}

/** A coefficient with its interval, its n and what it means, as tiles have it. */
function Coefficient({
  figure,
  counted,
  children,
}: {
  figure: Figure;
  /** What its n counts. */
  counted: [singular: string, plural: string];
  children: string;
}) {
  if (figure.value === null) {
    return (
      <>
        <NoFigure reason={figure.reason_undefined} />
        <p className={classes.definition}>{children}</p>
      </>
    );
  }
  return (
    <>
      <b>{asCoefficient(figure.value)}</b>
      <p className={classes.small}>
        {`${intervalText("kappa", figure).replace(/\.$/, "")}. n = ${countOf(figure.num_pairs, ...counted)}.`}
      </p>
      <p className={classes.definition}>{children}</p>
    </>
  );
}

function decisionText(adjudication: ContestedPrompt["adjudication"]): string {
  if (adjudication === null) {
    return "Your order stands beside the labelers'; theirs stay as they are. Labelers are measured against gold.";
  }
  const { author_name: who, created_at: moment, is_gold: isGold, reason } = adjudication;
  return `Settled by ${who}, ${formatDateTime(moment)}${isGold ? ", as gold" : ""}: ${reason}`;
}

function Reader({ prompt, place }: { prompt: ContestedPrompt; place: Place }) {
  const [isRevealed, setRevealed] = useState(false);
  const { adjudication } = prompt;
  return (
    <>
      <PageHeader
        title={`Prompt ${place.prompt_id}`}
        actions={
          <>
            <LinkButton to={`/agreement/contested?project=${place.project_id}`} isQuiet>
              Contested prompts
            </LinkButton>
            <LinkButton to={`/prompts/${place.prompt_id}`} isQuiet>
              See the prompt
            </LinkButton>
          </>
        }
      >
        How labelers of {prompt.project.name} ordered its completions.
      </PageHeader>
      <Section title="What was asked" isSheet>
        {/* A scrolled region must be reachable by key. */}
        {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
        <div className={classes.asked} tabIndex={0} role="group" aria-label="The prompt's text">
          <ReadText text={prompt.text} />
        </div>
      </Section>
      <Section
        title="Orders side by side"
        note="The best first, equal ones together; behind each letter its rating from 1 to 7. A name opens the whole ranking."
        actions={
          <Button variant="default" aria-pressed={isRevealed} onClick={() => setRevealed(!isRevealed)}>
            {isRevealed ? "Hide who wrote what" : "Reveal who wrote what"}
          </Button>
        }
      >
        <LaddersSideBySide prompt={prompt} isRevealed={isRevealed} />
      </Section>
      <Section title="Completions">
        <CompletionTexts prompt={prompt} isRevealed={isRevealed} />
      </Section>
      <Section title="How far the orders go together" isSheet>
        <Facts
          facts={[
            {
              name: "Kendall's W, ties corrected",
              isWide: true,
              value: (
                <Coefficient figure={prompt.kendall_w} counted={["labeler who ranked all of it", "labelers who ranked all of it"]}>
                  How far the orders of all who ranked every completion go together: 1 is one and the same order, 0
                  none in common. Equal ranks are corrected for.
                </Coefficient>
              ),
            },
            {
              name: "Mean tau-b of two labelers",
              isWide: true,
              value: (
                <Coefficient figure={prompt.mean_tau_b} counted={["couple of labelers", "couples of labelers"]}>
                  Of two labelers, pairs ordered alike less pairs ordered the other way, over the pairs that they
                  order, equal ranks corrected for: 1 is the same order, -1 the reverse. The mean over every two.
                </Coefficient>
              ),
            },
          ]}
        />
        <p className={classes.small}>{prompt.concordance_interval_method}</p>
      </Section>
      <AskSection prompt={prompt} place={place} />
      <Section
        title="Settle it"
        note={decisionText(adjudication)}
        isSheet
      >
        <AdjudicationForm key={adjudication?.created_at} prompt={prompt} place={place} />
      </Section>
      <ExclusionSection prompt={prompt} place={place} />
    </>
  );
}

/** One contested prompt: every order of it, what was ordered, and what to decide (R46). */
export function ContestedPromptPage() {
  const { projectId = "", promptId = "" } = useParams();
  const place = { project_id: Number(projectId), prompt_id: Number(promptId) };
  const contested = useQuery(contestedPromptQuery(place));
  return <Loaded query={contested}>{(prompt) => <Reader prompt={prompt} place={place} />}</Loaded>;
}
