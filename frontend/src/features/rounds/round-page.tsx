import { Alert, Anchor, Button, Group, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link, useParams } from "react-router";

import { isAtLeast, useSignedInUser } from "@/api/session";
import type { Round, RoundDetail } from "@/api/training-types";
import { ConfirmButton } from "@/components/confirm-button";
import { Facts } from "@/components/facts";
import { countOf } from "@/components/formats";
import { Loaded } from "@/components/loaded";
import { Moment } from "@/components/moment";
import { PageHeader } from "@/components/page-header";
import { ProblemNote } from "@/components/problem-note";
import { SaidText } from "@/components/said-text";
import { Section } from "@/components/section";
import { StaleNote } from "@/components/stale-note";

import { AdversarialSection } from "./adversarial-section";
import { ProjectNames } from "./ranking-projects";
import { RoundBoard } from "./round-board";
import { sharesOf } from "./round-mix";
import { roundQuery, useRoundCommand } from "./round-queries";
import { StepSettings } from "./step-settings";
import type { Settings } from "./step-settings";

type Command = ReturnType<typeof useRoundCommand>;

function settingsOf({ automatic, min_rankings: minRankings }: Round): Settings {
  return { automatic: automatic, minRankings };
}

function SettingsSection({ round, command }: { round: Round; command: Command }) {
  const [settings, setSettings] = useState(() => settingsOf(round));
  const isChanged = JSON.stringify(settings) !== JSON.stringify(settingsOf(round));
  return (
    <Section title="How it goes on" isSheet>
      <StepSettings settings={settings} onChange={setSettings} />
      <Group mt="md">
        <Button
          variant="default"
          disabled={!isChanged}
          aria-describedby={isChanged ? undefined : "nothing-to-save"}
          loading={command.isPending}
          onClick={() =>
            command.mutate({
              automatic: settings.automatic,
              min_rankings: Number(settings.minRankings),
            })
          }
        >
          Save the settings
        </Button>
        {!isChanged && (
          <Text id="nothing-to-save" size="sm" c="dimmed">
            Nothing is changed yet.
          </Text>
        )}
      </Group>
    </Section>
  );
}

/** Whose completions are ranked, with the share of each (R85). */
function Writers({ policies }: { policies: Round["policies"] }) {
  const shares = sharesOf(policies.map(({ weight }) => weight));
  return policies.map(({ model_version: model }, place) => (
    <div key={model.id}>
      {shares[place]}{" "}
      <Anchor component={Link} to={`/models/${model.id}`}>
        {model.name}
      </Anchor>
    </div>
  ));
}

/** Which rankings its reward model learns from (R86). */
function LearnsFrom({ round: { ranking_projects: projects, leaves_out: leftOut } }: { round: Round }) {
  return (
    <>
      {projects === null ? "of all projects so far" : <>of <ProjectNames ids={projects} /></>}
      {leftOut && (
        <>
          , without what{" "}
          <Anchor component={Link} to={`/rounds/${leftOut.id}`}>
            {leftOut.name}
          </Anchor>{" "}
          had frozen
        </>
      )}
    </>
  );
}

function Basis({ round }: { round: Round }) {
  return (
    <Section title="What it starts from" isSheet>
      <Facts
        facts={[
          {
            name: "Policy",
            value: (
              <Anchor component={Link} to={`/models/${round.policy.id}`}>
                {round.policy.name}
              </Anchor>
            ),
          },
          {
            name: "Completions by",
            value: round.policies.length > 0 ? <Writers policies={round.policies} /> : null,
          },
          {
            name: "Ranked in",
            value: (
              <Anchor component={Link} to={`/projects/${round.project.id}`}>
                {round.project.name}
              </Anchor>
            ),
          },
          {
            name: "Prompts for PPO",
            value: (
              <Anchor component={Link} to={`/data/${round.prompts.id}`}>
                {round.prompts.name}
              </Anchor>
            ),
          },
          {
            name: "Pretraining text for PPO",
            value: round.pretraining && (
              <Anchor component={Link} to={`/data/${round.pretraining.id}`}>
                {round.pretraining.name}
              </Anchor>
            ),
          },
          {
            name: "Sampled",
            value: `${countOf(round.num_prompts, "prompt")}, ${countOf(round.completions_per_prompt, "completion")} of each`,
          },
          {
            name: "Rankings",
            value: <LearnsFrom round={round} />,
          },
        ]}
      />
    </Section>
  );
}

function RoundView({ detail }: { detail: RoundDetail }) {
  const { round, adversarial } = detail;
  const isAdmin = isAtLeast(useSignedInUser().role, "admin");
  const command = useRoundCommand(round.id);
  const isOpen = round.closed_at === null;
  return (
    <>
      <PageHeader
        title={round.name}
        actions={
          isAdmin &&
          isOpen && (
            <ConfirmButton
              label="Close"
              question={`Close ${round.name}?`}
              consequence="Nothing begins in it any more. What runs goes on, and everything stays."
              confirmLabel="Close the round"
              isPending={command.isPending}
              onConfirm={() => command.mutate({ close: true })}
            />
          )
        }
      >
        Opened by {round.created_by.display_name} <Moment at={round.created_at} />
        {round.closed_at !== null && (
          <>
            , closed <Moment at={round.closed_at} />: nothing begins in it any more
          </>
        )}
        .
      </PageHeader>
      {round.problem !== "" && isOpen && (
        <Alert color="yellow" title="A step could not begin by itself" role="status" mb="md">
          <SaidText text={round.problem} what="why it could not" />
        </Alert>
      )}
      {command.isError && <ProblemNote error={command.error} title="That did not work" />}
      <RoundBoard
        detail={detail}
        isAdmin={isAdmin}
        isPending={command.isPending}
        onStart={(start) => command.mutate({ start })}
      />
      <AdversarialSection adversarial={adversarial} />
      {isAdmin && isOpen && <SettingsSection round={round} command={command} />}
      <Basis round={round} />
    </>
  );
}

/** One turn of the loop: where each of its steps is, and the next one (R84). */
export function RoundPage() {
  const detail = useQuery(roundQuery(useParams().roundId ?? ""));
  return (
    <>
      <StaleNote query={detail} />
      <Loaded query={detail}>{(found) => <RoundView key={found.round.id} detail={found} />}</Loaded>
    </>
  );
}
