import { useQuery } from "@tanstack/react-query";
import { useParams } from "react-router";

import { catalogueQuery } from "@/api/labeling";
import { languageName, SOURCE_KIND_WORDS } from "@/api/prompt-words";
import type { PromptDetail, StoredCompletion } from "@/api/research-types";
import type { CompletionReward } from "@/api/training-types";
import { SPLIT_WORDS } from "@/api/words";
import { EmptyNote } from "@/components/empty-note";
import { Facts } from "@/components/facts";
import { countOf, formatCount, formatShare } from "@/components/formats";
import { LinkButton } from "@/components/link-button";
import { Loaded } from "@/components/loaded";
import { Moment } from "@/components/moment";
import { PageHeader } from "@/components/page-header";
import { ReadText } from "@/components/read-text";
import { Section } from "@/components/section";
import { ToneBadge } from "@/components/tone-badge";

import { AnnotationSection } from "./annotation-section";
import { MarkedText } from "./marked-text";
import { PersonalDataDecision } from "./personal-data-decision";
import classes from "./prompt-page.module.css";
import { promptQuery, promptRewardsQuery } from "./prompt-queries";
import { DISTRIBUTION_WORDS, PERSONAL_DATA_WORDS, reservationOf, STANDING_WORDS } from "./prompt-words";
import { rewardFacts } from "./reward-facts";
import { samplingFacts } from "./sampling-facts";

function Completion({ completion, rewards }: { completion: StoredCompletion; rewards: CompletionReward[] }) {
  return (
    <li className={classes.completion}>
      <h3>{completion.source.name}</h3>
      <ReadText text={completion.text} />
      <div className={classes.sampling}>
        <Facts facts={[...rewardFacts(completion.id, rewards), ...samplingFacts(completion)]} />
      </div>
    </li>
  );
}

function PromptFacts({ prompt }: { prompt: PromptDetail }) {
  const { language, language_confidence: confidence, token_count: tokens } = prompt;
  const reservation = reservationOf(prompt);
  return (
    <Facts
      facts={[
        { name: "Use", value: reservation ? <ToneBadge {...reservation} /> : "Usable" },
        { name: "Split", value: SPLIT_WORDS[prompt.split] },
        { name: "Standing", value: STANDING_WORDS[prompt.standing] },
        { name: "Personal data", value: PERSONAL_DATA_WORDS[prompt.personal_data] },
        {
          name: "Reviewed by",
          value: prompt.reviewed_by_name && (
            <>
              {prompt.reviewed_by_name},{" "}
              {prompt.personal_data_reviewed_at && <Moment at={prompt.personal_data_reviewed_at} />}
            </>
          ),
        },
        {
          name: "Language",
          value: language && `${languageName(language)}${confidence === null ? "" : `, ${formatShare(confidence, 0)} sure`}`,
        },
        { name: "Tokens", value: tokens === null ? "not counted yet" : formatCount(tokens) },
        { name: "Written by", value: SOURCE_KIND_WORDS[prompt.source_kind] },
        { name: "Manner", value: DISTRIBUTION_WORDS[prompt.distribution] },
        { name: "Imported from", value: prompt.imported_from },
        { name: "Organization", value: prompt.organization_key },
        { name: "User", value: prompt.user_key },
        { name: "Consent", value: prompt.consent_reference },
        { name: "Stored", value: <Moment at={prompt.created_at} /> },
      ]}
    />
  );
}

function PromptView({ prompt }: { prompt: PromptDetail }) {
  const catalogue = useQuery(catalogueQuery);
  const { completions } = prompt;
  const rewards = useQuery({ ...promptRewardsQuery(prompt.id), enabled: completions.length > 0 });
  return (
    <>
      <PageHeader title={`Prompt ${prompt.id}`}>{countOf(completions.length, "completion")}</PageHeader>
      <Section title="What is asked" isSheet>
        <div className={classes.prompt}>
          {prompt.personal_data_findings.length === 0 ? (
            <ReadText text={prompt.text} />
          ) : (
            <MarkedText text={prompt.text} findings={prompt.personal_data_findings} />
          )}
        </div>
        <PromptFacts prompt={prompt} />
        <PersonalDataDecision prompt={prompt} />
      </Section>
      {catalogue.data && <AnnotationSection prompt={prompt} catalogue={catalogue.data} />}
      <Section title="Completions">
        {completions.length === 0 ? (
          <EmptyNote
            title="Nothing has answered this prompt yet"
            actions={<LinkButton to="/runs" isQuiet>See the runs</LinkButton>}
          >
            A sampling run writes completions and files them here with its settings.
          </EmptyNote>
        ) : (
          <ol className={classes.completions}>
            {completions.map((completion) => (
              <Completion key={completion.id} completion={completion} rewards={rewards.data ?? []} />
            ))}
          </ol>
        )}
      </Section>
    </>
  );
}

/** One prompt with all that answered it: who, with which settings. */
export function PromptPage() {
  const promptId = Number(useParams().promptId);
  const prompt = useQuery(promptQuery(promptId));
  return <Loaded query={prompt}>{(found) => <PromptView prompt={found} />}</Loaded>;
}
