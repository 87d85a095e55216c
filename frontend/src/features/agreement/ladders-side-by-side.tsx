import { Link } from "react-router";

import type { ContestedPrompt } from "@/api/research-types";
import { formatDate } from "@/components/formats";

import classes from "./agreement.module.css";
import { lettersOf, tiersOf } from "./letters";

type Ladder = ContestedPrompt["ladders"][number];

function Rungs({ ladder, prompt, isRevealed }: { ladder: Ladder; prompt: ContestedPrompt; isRevealed: boolean }) {
  const letters = lettersOf(prompt.completions);
  const sourceOf = new Map(prompt.completions.map(({ id, source_name: name }) => [letters.get(id), name]));
  const ratingOf = new Map(ladder.items.map(({ completion_id: id, rating }) => [letters.get(id), rating]));
  return (
    <ol className={classes.rungs}>
      {tiersOf(ladder.items, letters).map((tier) => (
        <li key={tier.rank}>
          {tier.letters.map((letter) => {
            const rating = ratingOf.get(letter);
            return (
              <span key={letter} className={classes.rung}>
                <b>{letter}</b>
                {rating ? <span title="Rated 1 to 7"> {rating}</span> : null}
                {isRevealed && <span className={classes.source}>{sourceOf.get(letter)}</span>}
              </span>
            );
          })}
        </li>
      ))}
    </ol>
  );
}

/** What this labeler was asked about the order, and what they say. */
function Said({ ladder }: { ladder: Ladder }) {
  return ladder.questions.map(({ id, author_name: author, text, answer, answered_at: answeredAt }) => (
    <div key={id} className={classes.said}>
      <p className={classes.small}>
        {author} asks: {text}
      </p>
      <p dir="auto">{answeredAt === null ? "No answer yet" : answer}</p>
    </div>
  ));
}

/** Every labeler's order in a column of its own; the letters are those of the texts below. */
export function LaddersSideBySide({ prompt, isRevealed }: { prompt: ContestedPrompt; isRevealed: boolean }) {
  return (
    // Scrollable by keyboard as well; the landmark is the section around it.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className={classes.ladders} tabIndex={0} role="group" aria-label="Every labeler's order">
      {prompt.ladders.map((ladder) => (
        <article key={ladder.ranking_id} className={classes.ladder} aria-label={`Order of ${ladder.labeler.display_name}`}>
          <h3>
            <Link to={`/rankings/${ladder.ranking_id}`}>{ladder.labeler.display_name}</Link>
          </h3>
          <p className={classes.small}>{formatDate(ladder.submitted_at)}</p>
          <Rungs ladder={ladder} prompt={prompt} isRevealed={isRevealed} />
          {ladder.items
            .filter(({ note }) => note !== "")
            .map(({ completion_id: id, note }) => (
              <p key={id} className={classes.small}>
                {lettersOf(prompt.completions).get(id)}: {note}
              </p>
            ))}
          <Said ladder={ladder} />
        </article>
      ))}
    </div>
  );
}
