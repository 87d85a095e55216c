import { Button, Group, Text, Textarea } from "@mantine/core";
import { useState } from "react";
import type { SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";

import type { OwnCandidacy, OwnScreening } from "@/api/screening-types";
import { ProblemNote } from "@/components/problem-note";

import { linesOf, problemOf } from "./named-lines";
import { useDeclare } from "./screening-queries";
import classes from "./screening.module.css";

type Limits = Pick<OwnScreening, "max_named" | "max_characters_named">;

function NamedField({
  label,
  help,
  text,
  limits,
  onChange,
}: {
  label: string;
  help: string;
  text: string;
  limits: Limits;
  onChange: (text: string) => void;
}) {
  const { t } = useTranslation("screening");
  const problem = problemOf(linesOf(text), limits);
  const counts = { tooMany: limits.max_named, tooLong: limits.max_characters_named };
  return (
    <Textarea
      label={label}
      description={help}
      autosize
      minRows={3}
      maxRows={10}
      value={text}
      error={problem && t(`declaration.${problem}`, { count: counts[problem] })}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

/** The fourth part, in the candidate's own words; the texts are kept as they type until saved. */
export function DeclarationForm({
  candidacy,
  limits,
}: {
  candidacy: OwnCandidacy;
  limits: Limits;
}) {
  const { t } = useTranslation("screening");
  const [topics, setTopics] = useState(candidacy.topics.join("\n"));
  const [groups, setGroups] = useState(candidacy.cultural_groups.join("\n"));
  const declare = useDeclare();
  const wanted = { topics: linesOf(topics), cultural_groups: linesOf(groups) };
  const isSaved =
    wanted.topics.join("\n") === candidacy.topics.join("\n") &&
    wanted.cultural_groups.join("\n") === candidacy.cultural_groups.join("\n");
  const isWrong = [wanted.topics, wanted.cultural_groups].some((lines) => problemOf(lines, limits));

  function submit(event: SyntheticEvent) {
    event.preventDefault();
    declare.mutate(wanted, {
      onSuccess: ({ candidacy: saved }) => {
        // As it was kept: white space evened out, doubles dropped.
        setTopics(saved?.topics.join("\n") ?? "");
        setGroups(saved?.cultural_groups.join("\n") ?? "");
      },
    });
  }

  return (
    <form onSubmit={submit}>
      {declare.isError && <ProblemNote error={declare.error} title={t("declaration.failed")} />}
      <div className={classes.declaration}>
        <NamedField
          label={t("declaration.topics")}
          help={t("declaration.topicsHelp")}
          text={topics}
          limits={limits}
          onChange={setTopics}
        />
        <NamedField
          label={t("declaration.groups")}
          help={t("declaration.groupsHelp")}
          text={groups}
          limits={limits}
          onChange={setGroups}
        />
      </div>
      <Group mt="md" gap="md">
        <Button
          type="submit"
          variant="default"
          mih={44}
          disabled={isSaved || isWrong}
          loading={declare.isPending}
        >
          {t("declaration.save")}
        </Button>
        {declare.isSuccess && isSaved && (
          <Text size="sm" role="status">
            {t("declaration.saved")}
          </Text>
        )}
      </Group>
    </form>
  );
}
