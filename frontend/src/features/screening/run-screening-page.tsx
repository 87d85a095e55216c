import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "react-router";

import type { PartProgress, ScreeningDetail } from "@/api/screening-types";
import { countOf } from "@/components/formats";
import { LinkButton } from "@/components/link-button";
import { Loaded } from "@/components/loaded";
import { Moment } from "@/components/moment";
import { PageHeader } from "@/components/page-header";
import { ProblemNote } from "@/components/problem-note";
import { Section } from "@/components/section";
import { ToneBadge } from "@/components/tone-badge";

import { CandidatesSection } from "./candidates-section";
import { CutoffsSection } from "./cutoffs-section";
import { screeningQuery, useChangeScreening } from "./screening-queries";
import { SCREENING_STATES } from "./screening-words";
import classes from "./screening.module.css";

function StateButton({ screening }: { screening: ScreeningDetail }) {
  const change = useChangeScreening(screening.id);
  const isOpen = screening.state === "open";
  return (
    <>
      {change.isError && <ProblemNote error={change.error} title="The state was not changed" />}
      <Button
        variant="default"
        title={isOpen ? "Candidates under way finish; nobody new is invited." : undefined}
        loading={change.isPending}
        onClick={() => change.mutate({ state: isOpen ? "closed" : "open" })}
      >
        {isOpen ? "Close" : "Open again"}
      </Button>
    </>
  );
}

function ExpertPart({
  title,
  part,
  numExperts,
  to,
  verb,
}: {
  title: string;
  part: PartProgress;
  numExperts: number | null;
  to: string;
  verb: string;
}) {
  return (
    <div className={classes.tile}>
      <h3>{title}</h3>
      <p className={classes.figure}>
        {part.num_answered} of {part.num_total}
      </p>
      <LinkButton to={to} isQuiet>
        {verb}
      </LinkButton>
      {numExperts !== null && <p>{countOf(numExperts, "expert")} so far</p>}
    </div>
  );
}

/** What a researcher does so that there is something to compare with. */
function ExpertSection({ screening }: { screening: ScreeningDetail }) {
  const { mine, experts, id } = screening;
  return (
    <Section
      title="Your part as an expert"
      note="Candidates are compared with the researchers who go through the same texts and tasks. Three or more make a majority that means something."
    >
      <div className={classes.tiles}>
        <ExpertPart
          title="Texts you flagged"
          part={mine.flags}
          numExperts={experts.num_flags}
          to={`/screenings/${id}/texts`}
          verb="Flag texts"
        />
        <ExpertPart
          title="Tasks you ranked"
          part={mine.ranking}
          numExperts={experts.num_ranking}
          to={`/label/${screening.ranking_project}`}
          verb="Rank tasks"
        />
        <div className={classes.tile}>
          <h3>Demonstrations you have not graded</h3>
          <p className={classes.figure}>{screening.num_to_grade}</p>
          <LinkButton to={`/screenings/${id}/grading`} isQuiet>
            Grade demonstrations
          </LinkButton>
          <p>Of candidates who have handed in, without names</p>
        </div>
      </div>
    </Section>
  );
}

function Coverage({ screening }: { screening: ScreeningDetail }) {
  return (
    <Section
      title="What the team covers"
      note="Topics and cultural groups that accepted labelers named, and by how many of them."
    >
      {screening.topics.length === 0 ? (
        <p className={classes.quiet}>Nobody who was accepted has named anything yet.</p>
      ) : (
        <ul className={classes.words}>
          {screening.topics.map(({ topic, num_labelers: count }) => (
            <li key={topic}>
              <span dir="auto">{topic}</span> · {count}
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

function ScreeningView({ screening }: { screening: ScreeningDetail }) {
  return (
    <>
      <PageHeader title={screening.name} actions={<StateButton screening={screening} />}>
        <ToneBadge {...SCREENING_STATES[screening.state]} /> opened{" "}
        <Moment at={screening.created_at} />, {countOf(screening.num_in_progress, "candidate")} under way
      </PageHeader>
      <CandidatesSection screeningId={screening.id} />
      <ExpertSection screening={screening} />
      <Coverage screening={screening} />
      <CutoffsSection key={screening.id} screening={screening} />
    </>
  );
}

/** One screening for those who run it: the candidates, the experts, the cut-offs. */
export function RunScreeningPage() {
  const screeningId = Number(useParams().screeningId);
  const screening = useQuery(screeningQuery(screeningId));
  return <Loaded query={screening}>{(found) => <ScreeningView screening={found} />}</Loaded>;
}
