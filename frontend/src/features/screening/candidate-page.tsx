import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "react-router";

import type { CandidateDetail } from "@/api/screening-types";
import { POOL_WORDS } from "@/api/words";
import { EmptyNote } from "@/components/empty-note";
import { Facts } from "@/components/facts";
import { countOf, formatDateTime } from "@/components/formats";
import { Loaded } from "@/components/loaded";
import { Moment } from "@/components/moment";
import { PageHeader } from "@/components/page-header";
import { ReadText } from "@/components/read-text";
import { Section } from "@/components/section";
import { ToneBadge } from "@/components/tone-badge";

import { DecisionForm } from "./decision-form";
import { candidateQuery } from "./screening-queries";
import { CANDIDATE_STATES, CRITERIA, formatScore, markOf } from "./screening-words";
import classes from "./screening.module.css";

function Scores({ candidate }: { candidate: CandidateDetail }) {
  return (
    <div className={classes.tiles}>
      {CRITERIA.map(({ key, label, counted }) => {
        const score = candidate.scores[key];
        return (
          <section key={key} className={classes.tile} aria-label={label}>
            <h3>{label}</h3>
            <p className={classes.figure}>
              {score.value === null ? "–" : formatScore(key, score.value)}
            </p>
            <ToneBadge {...markOf(score)} />
            <p>Soft cut-off: {formatScore(key, score.cutoff)}</p>
            <p>
              {score.reason_undefined ??
                (score.num_counted > 0
                  ? `Over ${countOf(score.num_counted, counted)}${score.num_left_out > 0 ? `; ${score.num_left_out} could not be counted` : ""}`
                  : "As it stood when the decision was saved")}
            </p>
          </section>
        );
      })}
    </div>
  );
}

function Decided({ candidate }: { candidate: CandidateDetail }) {
  const { decision, state } = candidate;
  if (!decision) return null;
  return (
    <Section title="Decision" isSheet>
      <Facts
        facts={[
          { name: "Decision", value: <ToneBadge {...CANDIDATE_STATES[state]} /> },
          { name: "Who it was", value: decision.labeler_name },
          { name: "Vendor", value: decision.vendor },
          { name: "Pool", value: state === "accepted" ? POOL_WORDS[decision.pool] : null },
          { name: "Decided by", value: decision.decided_by_name },
          { name: "On", value: formatDateTime(decision.decided_at) },
          { name: "Reason", value: decision.reason, isWide: true },
        ]}
      />
    </Section>
  );
}

function Texts({ texts }: Pick<CandidateDetail, "texts">) {
  return (
    <Section title="Sensitive texts" note="The candidate's answer beside the experts'." isSheet>
      <ul className={classes.compare}>
        {texts.map(({ text, is_sensitive: isSensitive, ...experts }, index) => (
          <li key={index}>
            <ReadText text={text} />
            <span>{isSensitive ? "Sensitive" : "Not sensitive"}</span>
            <span className={classes.quiet}>
              Experts: {experts.num_experts_sensitive} sensitive, {experts.num_experts_not} not
            </span>
          </li>
        ))}
      </ul>
    </Section>
  );
}

function Demonstrations({ demonstrations }: Pick<CandidateDetail, "demonstrations">) {
  return (
    <Section title="Demonstrations">
      {demonstrations.length === 0 && (
        <EmptyNote title="Nothing was written">Every task of this part was skipped.</EmptyNote>
      )}
      {demonstrations.map(({ prompt, text, grades }, index) => (
        <article key={index} className={classes.writing}>
          <div className={classes.prompt}>
            <h3>Prompt</h3>
            <ReadText text={prompt} />
          </div>
          <div>
            <h3>Answer</h3>
            <ReadText text={text} />
          </div>
          <p className={classes.quiet}>
            {grades.length === 0 ? "No grade yet" : `Grades: ${grades.join(", ")}`}
          </p>
        </article>
      ))}
    </Section>
  );
}

function CandidateView({ candidate }: { candidate: CandidateDetail }) {
  const named = [...candidate.topics, ...candidate.cultural_groups];
  return (
    <>
      <p className={classes.where}>
        <Link to={`/screenings/${candidate.screening}`}>The screening and its candidates</Link>
      </p>
      <PageHeader title={`Candidate ${candidate.code}`}>
        <ToneBadge {...CANDIDATE_STATES[candidate.state]} /> handed in{" "}
        <Moment at={candidate.submitted_at} />
      </PageHeader>
      <Decided candidate={candidate} />
      <Section title="Scores">
        <Scores candidate={candidate} />
      </Section>
      <Section title="Topics and groups they know">
        {named.length === 0 ? (
          <p className={classes.quiet}>The candidate named none.</p>
        ) : (
          <ul className={classes.words}>
            {named.map((word, index) => (
              <li key={index} dir="auto">
                {word}
              </li>
            ))}
          </ul>
        )}
      </Section>
      <Demonstrations demonstrations={candidate.demonstrations} />
      <Texts texts={candidate.texts} />
      {!candidate.decision && <DecisionForm candidacyId={candidate.id} />}
    </>
  );
}

/** All that a candidate did, under a code; who it was is shown with the decision (R12, R13). */
export function CandidatePage() {
  const { candidacyId = "" } = useParams();
  const candidate = useQuery(candidateQuery(candidacyId));
  return <Loaded query={candidate}>{(found) => <CandidateView candidate={found} />}</Loaded>;
}
