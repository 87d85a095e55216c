import { Button, Group, Stack, Textarea } from "@mantine/core";
import type { SyntheticEvent } from "react";

import { useKeptText } from "@/api/kept-text";
import type { ContestedPrompt } from "@/api/research-types";
import { countOf } from "@/components/formats";
import { ProblemNote } from "@/components/problem-note";
import { Section } from "@/components/section";

import classes from "./agreement.module.css";
import { useAskLabelers } from "./contested-queries";
import type { Place } from "./contested-queries";

const MAX_CHARACTERS = 4_000;

function noteOf(prompt: ContestedPrompt, numAsked: number): string {
  const others = prompt.ladders.length - numAsked;
  if (numAsked === 0) return "Whoever ranked this was imported, is simulated, or has no account any more.";
  const alone = `${countOf(numAsked, "labeler")} would find it under Questions, each alone; nobody is told who else was asked or how others ranked.`;
  return others === 0 ? alone : `${alone} ${countOf(others, "other")} cannot be asked: imported, simulated or closed.`;
}

/** One question to everybody who ranked the prompt; the answers stand under their orders. */
export function AskSection({ prompt, place }: { prompt: ContestedPrompt; place: Place }) {
  const draft = useKeptText(`ask-labelers:${place.project_id}:${place.prompt_id}`);
  const ask = useAskLabelers(place);
  const numAsked = prompt.ladders.filter(({ can_be_asked: can }) => can).length;

  function submit(event: SyntheticEvent) {
    event.preventDefault();
    if (draft.text.trim() === "" || ask.isPending) return;
    draft.markSent();
    ask.mutate({ text: draft.text, client_key: draft.clientKey }, { onSuccess: draft.forget });
  }

  return (
    <Section title="Ask the labelers" note={noteOf(prompt, numAsked)} isSheet={numAsked > 0}>
      {numAsked > 0 && (
        <form onSubmit={submit}>
          <Stack gap="md">
            <Textarea
              label="What you want to know"
              description="Ask openly: they do not see that anybody ranked otherwise."
              autosize
              minRows={2}
              maxRows={12}
              maxLength={MAX_CHARACTERS}
              dir="auto"
              value={draft.text}
              onChange={(event) => {
                draft.write(event.currentTarget.value);
                if (!ask.isPending) ask.reset();
              }}
            />
            {ask.isError && <ProblemNote error={ask.error} title="Nobody was asked" />}
            <Group>
              <Button type="submit" variant="default" disabled={draft.text.trim() === ""} loading={ask.isPending}>
                Ask {countOf(numAsked, "labeler")}
              </Button>
              <span role="status" className={classes.small}>
                {ask.isSuccess && "Asked. Their answers will stand under their orders."}
              </span>
            </Group>
          </Stack>
        </form>
      )}
    </Section>
  );
}
