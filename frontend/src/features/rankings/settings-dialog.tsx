import { Button, SegmentedControl, Stack, Switch } from "@mantine/core";
import { useState } from "react";
import type { KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";

import type { Catalogue } from "@/api/types";
import { Modal } from "@/components/dialogs";

import { KEY_COMMANDS } from "./commands";
import type { KeyCommand } from "./commands";
import { scopesFor } from "./help-overlay";
import { keyOf, keyOfPress, refusalOf, withKey } from "./keyboard";
import type { KeyRefusal } from "./keyboard";
import classes from "./settings-dialog.module.css";
import type { Preferences } from "./use-preferences";
import { commandWords, keyWords } from "./words";

interface Props {
  kind: "ranking" | "toxicity";
  catalogue: Catalogue;
  preferences: Preferences;
  onClose: () => void;
}

/** What was pressed, and why it cannot be the command's key. */
interface Refused {
  key: string;
  refusal: KeyRefusal;
}

function KeyLine({
  command,
  catalogue,
  preferences,
  isListening,
  onListen,
  refused,
  onPress,
}: {
  command: KeyCommand;
  catalogue: Catalogue;
  preferences: Preferences;
  isListening: boolean;
  onListen: () => void;
  refused: Refused | null;
  onPress: (event: KeyboardEvent) => void;
}) {
  const { t } = useTranslation("rankings");
  const name = commandWords(t, command, catalogue);
  const key = keyWords(t, keyOf(command, preferences.keyChanges));
  return (
    <li className={classes.line}>
      <span>{name}</span>
      <button
        type="button"
        className={classes.key}
        data-listening={isListening || undefined}
        data-changed={command.id in preferences.keyChanges || undefined}
        aria-label={isListening ? t("settings.press") : t("settings.change", { name, key })}
        onClick={onListen}
        onKeyDown={onPress}
      >
        {isListening ? t("settings.press") : key}
      </button>
      {refused && (
        <p className={classes.refused} role="alert">
          {refused.refusal.reason === "reserved"
            ? t("settings.reserved", { key: keyWords(t, refused.key) })
            : t("settings.taken", {
                key: keyWords(t, refused.key),
                name: commandWords(t, refused.refusal.by, catalogue),
              })}
        </p>
      )}
    </li>
  );
}

function Keys({ kind, catalogue, preferences }: Props) {
  const { t } = useTranslation("rankings");
  const [listening, setListening] = useState<string | null>(null);
  const [refused, setRefused] = useState<Refused | null>(null);

  function listen(id: string | null) {
    setRefused(null);
    setListening(id);
  }
  function press(command: KeyCommand, event: KeyboardEvent) {
    if (listening !== command.id) return;
    event.preventDefault();
    // The dialog must not close under a key that is only being chosen.
    event.stopPropagation();
    if (event.key === "Escape") return listen(null);
    const key = keyOfPress(event.nativeEvent);
    if (key === null) return;
    const refusal = refusalOf(command, key, preferences.keyChanges);
    if (refusal) return setRefused({ key, refusal });
    preferences.setKeyChanges(withKey(preferences.keyChanges, command, key));
    listen(null);
  }

  return (
    <section className={classes.section}>
      <h3>{t("settings.keys")}</h3>
      <Switch
        label={t("help.shortcuts")}
        description={t("help.shortcutsWords")}
        checked={preferences.hasShortcuts}
        onChange={(event) => preferences.setShortcuts(event.currentTarget.checked)}
      />
      <p className={classes.about}>{t("settings.keysWords")}</p>
      {scopesFor(kind).map((scope) => (
        <div key={scope}>
          <h4>{t(`groups.${scope}`)}</h4>
          <ul className={classes.lines}>
            {KEY_COMMANDS.filter((command) => command.scope === scope).map((command) => (
              <KeyLine
                key={command.id}
                command={command}
                catalogue={catalogue}
                preferences={preferences}
                isListening={listening === command.id}
                refused={listening === command.id ? refused : null}
                onListen={() => listen(command.id)}
                onPress={(event) => press(command, event)}
              />
            ))}
          </ul>
        </div>
      ))}
      <Button
        variant="default"
        size="compact-md"
        disabled={Object.keys(preferences.keyChanges).length === 0}
        onClick={() => preferences.setKeyChanges({})}
      >
        {t("settings.reset")}
      </Button>
    </section>
  );
}

function Reading({ preferences }: Props) {
  const { t } = useTranslation("rankings");
  return (
    <section className={classes.section}>
      <h3>{t("settings.reading")}</h3>
      <Stack gap="sm" align="start">
        <SegmentedControl
          aria-label={t("settings.textSize")}
          data={(["normal", "large", "larger"] as const).map((size) => ({
            value: size,
            label: t(`settings.${size}`),
          }))}
          value={preferences.textSize}
          onChange={(size) => preferences.setTextSize(size)}
        />
        <Switch
          label={t("settings.easyLetters")}
          description={t("settings.easyLettersWords")}
          checked={preferences.hasEasyLetters}
          onChange={(event) => preferences.setEasyLetters(event.currentTarget.checked)}
        />
        <Switch
          label={t("settings.calm")}
          description={t("settings.calmWords")}
          checked={preferences.isCalm}
          onChange={(event) => preferences.setCalm(event.currentTarget.checked)}
        />
      </Stack>
    </section>
  );
}

/** How the texts are read and which key does what: habits, kept in this browser. */
export function SettingsDialog(props: Props) {
  const { t } = useTranslation("rankings");
  return (
    <Modal
      opened
      onClose={props.onClose}
      title={t("settings.title")}
      size="lg"
      transitionProps={{ duration: 0 }}
    >
      <Reading {...props} />
      <Keys {...props} />
    </Modal>
  );
}
