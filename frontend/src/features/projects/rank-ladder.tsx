import type { RankingItem } from "@/api/research-types";
import type { Catalogue } from "@/api/types";
import { countOf } from "@/components/formats";
import { ReadText } from "@/components/read-text";
import { ToneBadge } from "@/components/tone-badge";

import classes from "./rank-ladder.module.css";
import { answersOf, axesOf, rungsOf, scalesOf, shownOf } from "./rungs";

function Answered({ item, catalogue }: { item: RankingItem; catalogue?: Catalogue }) {
  const { yes, no } = answersOf(item.flags, catalogue?.label_items ?? []);
  return (
    <div className={classes.answers}>
      {yes.map(({ key, label, isProblem }) => (
        <ToneBadge
          key={key}
          tone={isProblem ? "caution" : "neutral"}
          icon={isProblem ? "caution" : "done"}
          label={label}
        />
      ))}
      {no.length > 0 && (
        <details className={classes.no}>
          <summary>{countOf(no.length, "question")} answered no</summary>
          <ul>
            {no.map((label) => (
              <li key={label}>{label}</li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}

function Rated({ rated }: { rated: { key: string; label: string; value: string }[] }) {
  if (rated.length === 0) return null;
  return (
    <dl className={classes.scales}>
      {rated.map(({ key, label, value }) => (
        <div key={key}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** What a toxicity task asked of this completion. */
function Scales({ item, catalogue }: { item: RankingItem; catalogue?: Catalogue }) {
  const rated = scalesOf(item, catalogue?.toxicity_scales ?? []).map(({ key, label, value, anchor }) => ({
    key,
    label,
    value: anchor ? `${value} (${anchor})` : String(value),
  }));
  return <Rated rated={rated} />;
}

function Completion({ item, catalogue }: { item: RankingItem; catalogue?: Catalogue }) {
  return (
    <article className={classes.completion}>
      <header className={classes.head}>
        <h3>
          {item.source_name}
          {item.also_by.length > 0 && (
            <span className={classes.shown}>the same words by {item.also_by.join(", ")}</span>
          )}
          {shownOf(item) !== "" && <span className={classes.shown}>{shownOf(item)}</span>}
        </h3>
        {item.rating !== null && (
          <span className={classes.rating}>
            Rated {item.rating}
            {catalogue && ` of ${catalogue.likert.maximum}`}
          </span>
        )}
      </header>
      <ReadText text={item.text} />
      <Scales item={item} catalogue={catalogue} />
      <Rated rated={axesOf(item)} />
      <Answered item={item} catalogue={catalogue} />
      {item.note !== "" && (
        <div className={classes.note}>
          <h4>Note</h4>
          <ReadText text={item.note} />
        </div>
      )}
    </article>
  );
}

/** One labeler's order, best at the top; completions on one rung are tied. */
export function RankLadder({ items, catalogue }: { items: RankingItem[]; catalogue?: Catalogue }) {
  return (
    <ol className={classes.ladder}>
      {rungsOf(items).map(({ rank, items: tied }) => (
        <li key={rank} className={classes.rung}>
          <div className={classes.rank}>
            <span>Rank</span> <strong>{rank}</strong>
            {tied.length > 1 && <span>{tied.length} tied</span>}
          </div>
          <div className={classes.tied}>
            {tied.map((item) => (
              <Completion key={item.completion_id} item={item} catalogue={catalogue} />
            ))}
          </div>
        </li>
      ))}
    </ol>
  );
}
