import { Stack, Switch } from "@mantine/core";

import { Modal } from "@/components/dialogs";
import { KeyHint } from "@/components/key-hint";

import classes from "./help-overlay.module.css";
import { KEY_TABLE } from "./keyboard";
import type { KeyPreferences } from "./use-key-preferences";

/** Every key, and the two habits that can be changed. */
export function HelpOverlay({
  preferences,
  onClose,
}: {
  preferences: KeyPreferences;
  onClose: () => void;
}) {
  return (
    <Modal
      opened
      onClose={onClose}
      title="Keys"
      size="lg"
      transitionProps={{ duration: 0 }}
    >
      <div className={classes.columns}>
        {KEY_TABLE.map(({ title, lines }) => (
          <section key={title} className={classes.group}>
            <h3>{title}</h3>
            <dl>
              {lines.map(({ keys, does }) => (
                <div key={does} className={classes.line}>
                  <dt>
                    {keys.map((key) => (
                      <KeyHint key={key}>{key}</KeyHint>
                    ))}
                  </dt>
                  <dd>{does}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <p className={classes.about}>
        Keys go by their place on the keyboard, not by what is printed on them, and rest while you
        type. Shift Tab starts moving through the controls the usual way; Esc ends it.
      </p>
      <Stack gap="xs" mt="md">
        <Switch
          label="Single-key shortcuts"
          description="Switched off, only Ctrl Enter, Ctrl Z and the controls themselves work."
          checked={preferences.hasShortcuts}
          onChange={(event) => preferences.setShortcuts(event.currentTarget.checked)}
        />
        <Switch
          label="Go on by itself"
          description="A completion that is rated and has all flags answered makes way for the next."
          checked={preferences.goesOn}
          onChange={(event) => preferences.setGoesOn(event.currentTarget.checked)}
        />
      </Stack>
    </Modal>
  );
}
