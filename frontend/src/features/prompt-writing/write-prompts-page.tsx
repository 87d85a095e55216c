import { useTranslation } from "react-i18next";

import { useSignedInUser } from "@/api/session";
import { PageHeader } from "@/components/page-header";
import { StatePage } from "@/components/state-page";
import { useAddressFilters } from "@/components/use-address-filters";

import { DescribeTask } from "./describe-task";
import { FewShotForm } from "./few-shot-form";
import { FromDescription } from "./from-description";
import { OwnPrompts } from "./own-prompts";
import { PromptForm } from "./prompt-form";
import classes from "./writing.module.css";

const PARTS = {
  plain: { name: "plain", words: "plainWords", Part: () => <PromptForm /> },
  examples: { name: "fewShot", words: "fewShotWords", Part: FewShotForm },
  description: { name: "userBased", words: "userBasedWords", Part: FromDescription },
  describe: { name: "describe", words: "describeWords", Part: DescribeTask },
  mine: { name: "mine", words: "noPromptsWords", Part: OwnPrompts },
} as const;
type PartKey = keyof typeof PARTS;

function isPart(key: string): key is PartKey {
  return Object.hasOwn(PARTS, key);
}

/** Where labelers write prompts: plain ones, sets with examples, and from others' descriptions. */
export function WritePromptsPage() {
  const { t } = useTranslation("promptWriting");
  const user = useSignedInUser();
  const [{ part }, setPart] = useAddressFilters(["part"]);
  const chosen: PartKey = isPart(part) ? part : "plain";
  const { words, Part } = PARTS[chosen];

  if (user.pool === "held_out") {
    return <StatePage title={t("heldOut")}>{t("heldOutWords")}</StatePage>;
  }
  return (
    <>
      <PageHeader title={t("title")}>{t("lead")}</PageHeader>
      <div className={classes.parts} role="group" aria-label={t("kinds")}>
        {(Object.keys(PARTS) as PartKey[]).map((key) => (
          <button
            key={key}
            type="button"
            aria-pressed={chosen === key}
            onClick={() => setPart("part", key === "plain" ? "" : key)}
          >
            {t(PARTS[key].name)}
          </button>
        ))}
      </div>
      <p className={classes.words}>{t(words)}</p>
      <Part />
    </>
  );
}
