import { Button, Group } from "@mantine/core";
import { useLocalStorage } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { ownWorkQuery } from "@/api/labeling";
import { useSignedInUser } from "@/api/session";
import { surveysQuery } from "@/api/surveys";
import type { SurveyName } from "@/api/types";
import { LinkButton } from "@/components/link-button";

import classes from "./survey-offer.module.css";

// Whoever has worked a little has something to say about it.
const AFTER_ANSWERS = 10;
const AGAIN_AFTER_MS = 7 * 24 * 3_600_000;

/** Survey -> when it may be offered again; null for never. Declining leaves no trace elsewhere. */
type Declined = Partial<Record<SurveyName, number | null>>;

function isDue(declined: Declined, survey: SurveyName): boolean {
  const again = declined[survey];
  return again === undefined || (again !== null && again < Date.now());
}

/** Offers one survey that the labeler has not taken part in, and takes no for an answer. */
export function SurveyOffer() {
  const { t } = useTranslation("surveys");
  const isLabeler = useSignedInUser().role === "labeler";
  const work = useQuery({ ...ownWorkQuery, enabled: isLabeler }).data;
  const hasWorked = work !== undefined && work.num_rankings + work.num_demonstrations >= AFTER_ANSWERS;
  const surveys = useQuery({ ...surveysQuery, enabled: isLabeler && hasWorked }).data ?? [];
  const [declined, setDeclined] = useLocalStorage<Declined>({
    key: "concord-surveys-declined",
    defaultValue: {},
    getInitialValueInEffect: false,
  });
  const offered = surveys.find(({ survey, has_taken_part: isTaken }) => !isTaken && isDue(declined, survey));
  if (!offered || !hasWorked) return null;
  const decline = (until: number | null) => setDeclined({ ...declined, [offered.survey]: until });
  return (
    <aside className={classes.offer} aria-label={t("offer.title")}>
      <div>
        <h2>{t("offer.title")}</h2>
        <p>{t("offer.words", { name: t(`names.${offered.survey}`) })}</p>
      </div>
      <Group gap="xs">
        <LinkButton to="/surveys" isQuiet>
          {t("offer.open")}
        </LinkButton>
        <Button variant="subtle" onClick={() => decline(Date.now() + AGAIN_AFTER_MS)}>
          {t("offer.later")}
        </Button>
        <Button variant="subtle" onClick={() => decline(null)}>
          {t("offer.never")}
        </Button>
      </Group>
    </aside>
  );
}
