import { Button, Group, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { Modal } from "@/components/dialogs";
import { ReadText } from "@/components/read-text";

import classes from "./text-conflict.module.css";

/** The same answer was written in two places; a person says which of the two goes on. */
export function TextConflict({
  mine,
  theirs,
  onResolve,
}: {
  mine: string;
  theirs: string;
  onResolve: (choice: "mine" | "theirs") => void;
}) {
  const { t } = useTranslation("demonstrations");
  return (
    <Modal
      opened
      onClose={() => undefined}
      withCloseButton={false}
      closeOnEscape={false}
      closeOnClickOutside={false}
      size="90rem"
      title={t("twoDrafts")}
      transitionProps={{ duration: 0 }}
    >
      {/* Not on a button: whoever is typing when this opens must not choose by accident. */}
      <Text c="dimmed" tabIndex={-1} data-autofocus style={{ outline: "none" }}>
        {t("twoDraftsWords")}
      </Text>
      <div className={classes.sides}>
        <section className={classes.side} aria-label={t("here")}>
          <h3>{t("here")}</h3>
          <ReadText text={mine} />
        </section>
        <section className={classes.side} aria-label={t("elsewhere")}>
          <h3>{t("elsewhere")}</h3>
          <ReadText text={theirs} />
        </section>
      </div>
      <Group grow>
        <Button onClick={() => onResolve("mine")}>{t("takeMine")}</Button>
        <Button variant="default" onClick={() => onResolve("theirs")}>
          {t("takeTheirs")}
        </Button>
      </Group>
    </Modal>
  );
}
