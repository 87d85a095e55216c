import { Button, Checkbox, Group, NativeSelect, Stack, Textarea } from "@mantine/core";
import { useState } from "react";
import type { SyntheticEvent } from "react";

import type { ContestedPrompt } from "@/api/research-types";
import { ProblemNote } from "@/components/problem-note";

import classes from "./agreement.module.css";
import { useAdjudicate } from "./contested-queries";
import type { Place } from "./contested-queries";
import { lettersOf } from "./letters";
import type { Ranked } from "./letters";

type Ranks = Record<number, string>;

function ranksOf(items: Ranked[]): Ranks {
  return Object.fromEntries(items.map(({ completion_id: id, rank }) => [id, String(rank)]));
}

/** Starts from a labeler's order, or from the one that settles it now. */
function Beginnings({ prompt, onChoose }: { prompt: ContestedPrompt; onChoose: (ranks: Ranks) => void }) {
  const whole = prompt.ladders.filter(({ items }) => items.length === prompt.completions.length);
  return (
    <Group gap="xs">
      {whole.map(({ ranking_id: id, labeler, items }) => (
        <Button
          key={id}
          variant="default"
          size="xs"
          classNames={{ root: classes.beginning, label: classes.wrapped }}
          onClick={() => onChoose(ranksOf(items))}
        >
          As {labeler.display_name} has it
        </Button>
      ))}
    </Group>
  );
}

/** The researcher's own order of the completions, with a reason, as gold or not. */
export function AdjudicationForm({ prompt, place }: { prompt: ContestedPrompt; place: Place }) {
  const [ranks, setRanks] = useState<Ranks>(ranksOf(prompt.adjudication?.ranks ?? []));
  const [isGold, setGold] = useState(prompt.adjudication?.is_gold ?? false);
  const [reason, setReason] = useState("");
  const adjudicate = useAdjudicate(place);
  const letters = lettersOf(prompt.completions);
  const places = ["", ...prompt.completions.slice(0, 9).map((_, index) => String(index + 1))];
  const isComplete = prompt.completions.every(({ id }) => ranks[id]) && reason.trim() !== "";

  function submit(event: SyntheticEvent) {
    event.preventDefault();
    if (!isComplete || adjudicate.isPending) return;
    adjudicate.mutate({
      ranks: prompt.completions.map(({ id }) => ({ completion_id: id, rank: Number(ranks[id]) })),
      is_gold: isGold,
      reason,
    });
  }

  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <Beginnings prompt={prompt} onChoose={setRanks} />
        <div className={classes.ranks}>
          {prompt.completions.map(({ id }) => (
            <NativeSelect
              key={id}
              label={`Rank of ${letters.get(id) ?? ""}`}
              data={places.map((value) => ({ value, label: value === "" ? "Choose" : value }))}
              value={ranks[id] ?? ""}
              onChange={(event) => setRanks({ ...ranks, [id]: event.currentTarget.value })}
            />
          ))}
        </div>
        <Textarea
          label="Why this order"
          autosize
          minRows={2}
          maxLength={2000}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        <Checkbox
          label="Gold: measure labelers against it"
          checked={isGold}
          onChange={(event) => setGold(event.currentTarget.checked)}
        />
        {adjudicate.isError && <ProblemNote error={adjudicate.error} title="It was not stored" />}
        <Group>
          <Button type="submit" disabled={!isComplete} loading={adjudicate.isPending}>
            Settle it so
          </Button>
          {!isComplete && <span className={classes.small}>1 is the best; equal numbers are a tie. Say why.</span>}
        </Group>
      </Stack>
    </form>
  );
}
