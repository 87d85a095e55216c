import { Button } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";

import type { PromptToReview } from "@/api/research-types";
import { EmptyNote } from "@/components/empty-note";
import { countOf } from "@/components/formats";
import { KeyHint } from "@/components/key-hint";
import { LinkButton } from "@/components/link-button";
import { Loaded } from "@/components/loaded";
import { PageHeader } from "@/components/page-header";
import { ProblemNote } from "@/components/problem-note";

import { MarkedText } from "./marked-text";
import classes from "./personal-data-page.module.css";
import { promptsToReviewQuery, useReviewPersonalData } from "./prompt-queries";
import { FINDING_WORDS } from "./prompt-words";

function kindsOf({ personal_data_findings: findings }: PromptToReview): string {
  return [...new Set(findings.map(({ kind }) => FINDING_WORDS[kind]))].join(", ");
}

interface Decided {
  promptId: number;
  isPersonal: boolean;
}

/** One prompt at a time; deciding brings the next one, and the last decision can be changed. */
function Queue({ prompts, onNearEnd }: { prompts: PromptToReview[]; onNearEnd: () => void }) {
  const [place, setPlace] = useState(0);
  const [last, setLast] = useState<Decided | null>(null);
  const review = useReviewPersonalData();
  const prompt = prompts[place];

  function decide(isPersonal: boolean) {
    if (!prompt || review.isPending) return;
    const promptId = prompt.id;
    review.mutate(
      { promptId, isPersonal },
      {
        onSuccess: () => {
          setLast({ promptId, isPersonal });
          setPlace(place + 1);
          if (place + 3 >= prompts.length) onNearEnd();
        },
      },
    );
  }

  useHotkeys([
    ["n", () => decide(false)],
    ["p", () => decide(true)],
    ["j", () => setPlace(Math.min(place + 1, prompts.length))],
    ["k", () => setPlace(Math.max(place - 1, 0))],
  ]);

  return (
    <div className={classes.queue}>
      {review.isError && <ProblemNote error={review.error} title="The decision was not stored" />}
      <p className={classes.last} role="status">
        {last && (
          <>
            <Link to={`/prompts/${last.promptId}`}>Prompt {last.promptId}</Link>{" "}
            {last.isPersonal ? "is personal and will not be used." : "may be used."}
          </>
        )}
      </p>
      {prompt ? (
        <article className={classes.sheet} aria-label={`Prompt ${prompt.id}`}>
          <header className={classes.head}>
            <Link to={`/prompts/${prompt.id}`}>Prompt {prompt.id}</Link>
            <span>{kindsOf(prompt)}</span>
          </header>
          <MarkedText text={prompt.text} findings={prompt.personal_data_findings} />
        </article>
      ) : (
        <EmptyNote title="That was the last one" actions={<LinkButton to="/prompts" isQuiet>See the prompts</LinkButton>}>
          Prompts that were passed over are still waiting.
        </EmptyNote>
      )}
      <div className={classes.actions}>
        <Button
          size="md"
          disabled={!prompt}
          rightSection={<KeyHint>N</KeyHint>}
          onClick={() => decide(false)}
        >
          Not personal
        </Button>
        <Button
          size="md"
          color="red"
          variant="outline"
          disabled={!prompt}
          rightSection={<KeyHint>P</KeyHint>}
          onClick={() => decide(true)}
        >
          Personal
        </Button>
        <Button
          size="md"
          variant="default"
          disabled={place === 0}
          rightSection={<KeyHint>K</KeyHint>}
          onClick={() => setPlace(place - 1)}
        >
          Back
        </Button>
        <Button
          size="md"
          variant="default"
          disabled={!prompt}
          rightSection={<KeyHint>J</KeyHint>}
          onClick={() => setPlace(place + 1)}
        >
          Pass over
        </Button>
      </div>
    </div>
  );
}

/** Prompts in which something was found that may point to a person: used only when cleared. */
export function PersonalDataPage() {
  const waiting = useInfiniteQuery({
    ...promptsToReviewQuery,
    // The queue of this visit stays as it is, so that deciding never moves the place.
    staleTime: Infinity,
    gcTime: 0,
    refetchOnWindowFocus: false,
  });
  return (
    <>
      <PageHeader title="Personal data">
        A prompt stays out of use until somebody says that nothing in it points to a person.
      </PageHeader>
      <Loaded query={waiting}>
        {(prompts) =>
          prompts.length === 0 ? (
            <EmptyNote
              title="Nothing waits for a review"
              actions={<LinkButton to="/prompts" isQuiet>See the prompts</LinkButton>}
            >
              Prompts come here when an address, a number of a bank or a telephone number is found in them.
            </EmptyNote>
          ) : (
            <>
              <p className={classes.count}>
                {countOf(prompts.length, "prompt")} at hand{waiting.hasNextPage ? ", more follow" : ""}
              </p>
              <Queue
                prompts={prompts}
                onNearEnd={() => {
                  if (waiting.hasNextPage) void waiting.fetchNextPage();
                }}
              />
            </>
          )
        }
      </Loaded>
    </>
  );
}
