import { Button, Stack, Switch } from "@mantine/core";
import { useTranslation } from "react-i18next";

import type { Catalogue } from "@/api/types";
import { Modal } from "@/components/dialogs";
import { KeyHint } from "@/components/key-hint";

import { KEY_COMMANDS } from "./commands";
import type { KeyCommand, Scope } from "./commands";
import classes from "./help-overlay.module.css";
import { keyOf } from "./keyboard";
import type { Preferences } from "./use-preferences";
import { commandWords, keyWords } from "./words";

/** The groups of the table, in the order of the hand; a task has one kind of rate pass. */
export function scopesFor(kind: "ranking" | "toxicity"): readonly Scope[] {
  return [kind === "toxicity" ? "toxicity" : "rate", "order", "both", "compare"];
}

/** Commands that stand for many: the table names the first and the last of them. */
function isMiddleOfRow({ id }: KeyCommand): boolean {
  return /^(rate-[2-6]|select-[1-7]|place-[2-8]|continuity-[2-6])$/.test(id);
}

function Group({
  scope,
  catalogue,
  preferences,
}: {
  scope: Scope;
  catalogue: Catalogue;
  preferences: Preferences;
}) {
  const { t } = useTranslation("rankings");
  const commands = KEY_COMMANDS.filter(
    (command) => command.scope === scope && !isMiddleOfRow(command),
  );
  return (
    <section className={classes.group}>
      <h3>{t(`groups.${scope}`)}</h3>
      <dl>
        {commands.map((command) => (
          <div key={command.id} className={classes.line}>
            <dt>
              <KeyHint>{keyWords(t, keyOf(command, preferences.keyChanges))}</KeyHint>
            </dt>
            <dd>{commandWords(t, command, catalogue)}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

/** Every key, and the two habits that can be changed. */
export function HelpOverlay({
  kind,
  catalogue,
  preferences,
  onSettings,
  onClose,
}: {
  kind: "ranking" | "toxicity";
  catalogue: Catalogue;
  preferences: Preferences;
  onSettings: () => void;
  onClose: () => void;
}) {
  const { t } = useTranslation("rankings");
  return (
    <Modal
      opened
      onClose={onClose}
      title={t("help.title")}
      size="xl"
      transitionProps={{ duration: 0 }}
    >
      <div className={classes.columns}>
        {scopesFor(kind).map((scope) => (
          <Group key={scope} scope={scope} catalogue={catalogue} preferences={preferences} />
        ))}
      </div>
      <p className={classes.about}>{t("help.about")}</p>
      <Stack gap="xs" mt="md" align="start">
        <Switch
          label={t("help.shortcuts")}
          description={t("help.shortcutsWords")}
          checked={preferences.hasShortcuts}
          onChange={(event) => preferences.setShortcuts(event.currentTarget.checked)}
        />
        <Switch
          label={t("help.goesOn")}
          description={t("help.goesOnWords")}
          checked={preferences.goesOn}
          onChange={(event) => preferences.setGoesOn(event.currentTarget.checked)}
        />
        <Button variant="default" size="compact-md" onClick={onSettings}>
          {t("help.change")}
        </Button>
      </Stack>
    </Modal>
  );
}
