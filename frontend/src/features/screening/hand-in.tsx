import { Button, Group, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useTranslation } from "react-i18next";

import type { OwnCandidacy } from "@/api/screening-types";
import { Modal } from "@/components/dialogs";
import { ProblemNote } from "@/components/problem-note";

import { useHandIn } from "./screening-queries";
import classes from "./screening.module.css";

/** The end of the road: asks once more, because nothing changes after it. */
export function HandIn({ candidacy, isReady }: { candidacy: OwnCandidacy; isReady: boolean }) {
  const { t } = useTranslation("screening");
  const [isAsking, { open, close }] = useDisclosure(false);
  const handIn = useHandIn();
  const hasNamed = candidacy.topics.length + candidacy.cultural_groups.length > 0;
  return (
    <section aria-label={t("submit.title")}>
      {handIn.isError && <ProblemNote error={handIn.error} title={t("submit.failed")} />}
      <div className={classes.handIn}>
        <p>{isReady ? t("submit.ready") : t("submit.notReady")}</p>
        <Button mih={44} disabled={!isReady} loading={handIn.isPending} onClick={open}>
          {t("submit.button")}
        </Button>
      </div>
      <Modal opened={isAsking} onClose={close} title={t("submit.question")} centered>
        <Text>{hasNamed ? t("submit.consequence") : t("submit.consequenceEmpty")}</Text>
        <Group justify="flex-end" mt="lg">
          <Button variant="default" onClick={close} data-autofocus>
            {t("submit.leave")}
          </Button>
          <Button
            onClick={() => {
              close();
              handIn.mutate();
            }}
          >
            {t("submit.confirm")}
          </Button>
        </Group>
      </Modal>
    </section>
  );
}
