import { useQuery } from "@tanstack/react-query";
import { useParams } from "react-router";

import { catalogueQuery } from "@/api/labeling";
import type { PromptDetail, StoredCompletion } from "@/api/research-types";
import type { Catalogue } from "@/api/types";
import { labelOf, SPLIT_WORDS } from "@/api/words";
import { EmptyNote } from "@/components/empty-note";
import { Facts } from "@/components/facts";
import { countOf } from "@/components/formats";
import { LinkButton } from "@/components/link-button";
import { Loaded } from "@/components/loaded";
import { Moment } from "@/components/moment";
import { PageHeader } from "@/components/page-header";
import { ReadText } from "@/components/read-text";
import { Section } from "@/components/section";

import classes from "./prompt-page.module.css";
import { promptQuery } from "./prompt-queries";
import { DISTRIBUTION_WORDS, SOURCE_KIND_WORDS } from "./prompt-words";
import { samplingFacts } from "./sampling-facts";

function labelIn(entries: { key: string; label: string }[], key: string): string {
  return entries.find((entry) => entry.key === key)?.label ?? labelOf(key);
}

function Completion({ completion }: { completion: StoredCompletion }) {
  return (
    <li className={classes.completion}>
      <h3>{completion.source.name}</h3>
      <ReadText text={completion.text} />
      <div className={classes.sampling}>
        <Facts facts={samplingFacts(completion)} />
      </div>
    </li>
  );
}

function PromptFacts({ prompt, catalogue }: { prompt: PromptDetail; catalogue?: Catalogue }) {
  const flags = Object.entries(prompt.flags)
    .filter(([, isSet]) => isSet === true)
    .map(([key]) => labelIn(catalogue?.prompt_flags ?? [], key));
  return (
    <Facts
      facts={[
        {
          name: "Category",
          value: prompt.category === null ? "none" : labelIn(catalogue?.categories ?? [], prompt.category),
        },
        { name: "Split", value: SPLIT_WORDS[prompt.split] },
        { name: "Written by", value: SOURCE_KIND_WORDS[prompt.source_kind] },
        { name: "Manner", value: DISTRIBUTION_WORDS[prompt.distribution] },
        { name: "Imported from", value: prompt.imported_from },
        { name: "Stored", value: <Moment at={prompt.created_at} /> },
        { name: "Flags", value: flags.join(", "), isWide: true },
      ]}
    />
  );
}

function PromptView({ prompt }: { prompt: PromptDetail }) {
  const catalogue = useQuery(catalogueQuery);
  const { completions } = prompt;
  return (
    <>
      <PageHeader title={`Prompt ${prompt.id}`}>{countOf(completions.length, "completion")}</PageHeader>
      <Section title="What is asked" isSheet>
        <div className={classes.prompt}>
          <ReadText text={prompt.text} />
        </div>
        <PromptFacts prompt={prompt} catalogue={catalogue.data} />
      </Section>
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
              <Completion key={completion.id} completion={completion} />
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
