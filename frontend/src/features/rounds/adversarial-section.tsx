import type { RoundDetail } from "@/api/training-types";
import { Facts } from "@/components/facts";
import { countOf, formatCount, formatShare } from "@/components/formats";
import { NoFigure } from "@/components/no-figure";
import { Section } from "@/components/section";

import classes from "./rounds.module.css";

type Adversarial = RoundDetail["adversarial"];
type TagShare = Adversarial["tags"][number];

function Share({ tag: { share, reason, num_yes: numYes, num_said: numSaid } }: { tag: TagShare }) {
  if (share === null) return <NoFigure reason={reason} />;
  return (
    <>
      {formatShare(share)}{" "}
      <span className={classes.quiet}>
        {formatCount(numYes)} of {countOf(numSaid, "prompt")}
      </span>
    </>
  );
}

function noteOf({ num_prompts: num, num_unsaid: unsaid, is_of_tasks: isOfTasks }: Adversarial): string | undefined {
  if (num === 0) return undefined;
  const counted = `Of the ${countOf(num, "prompt")} that ${isOfTasks ? "its tasks ask about" : "it samples for"}.`;
  return unsaid === 0 ? counted : `${counted} Nobody has said any of this of ${formatCount(unsaid)}.`;
}

/** Why no share is there, where all of them lack it for one reason. */
function sharedReason({ tags }: Adversarial): string | null {
  const [first] = tags;
  const isShared = first && tags.every(({ share, reason }) => share === null && reason === first.reason);
  return isShared ? first.reason : null;
}

/** What the round's prompts try a model with: each tag's share of those of which it was said (R88). */
export function AdversarialSection({ adversarial }: { adversarial: Adversarial }) {
  const reason = sharedReason(adversarial);
  const facts = adversarial.tags.map((tag) => ({ name: tag.label, value: <Share tag={tag} /> }));
  return (
    <Section title="What its prompts try a model with" note={noteOf(adversarial)} isSheet>
      {reason === null ? (
        <Facts facts={facts} />
      ) : (
        <>
          <div>All are not defined: {reason}</div>
          <div className={classes.quiet}>{adversarial.tags.map(({ label }) => label).join("; ")}</div>
        </>
      )}
    </Section>
  );
}
