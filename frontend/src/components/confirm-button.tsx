import { Button, Group, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Modal } from "./dialogs";
import { useKeepFocus } from "./kept-focus";

/** A button whose work cannot be taken back: it asks once more, with the consequence in words. */
export function ConfirmButton({
  label,
  question,
  consequence,
  confirmLabel,
  isPending,
  onConfirm,
}: {
  label: string;
  question: string;
  consequence: ReactNode;
  confirmLabel: string;
  isPending: boolean;
  onConfirm: () => void;
}) {
  const { t } = useTranslation("common");
  const keepFocus = useKeepFocus();
  const [isOpen, { open, close }] = useDisclosure(false);
  return (
    <>
      <Button variant="default" onClick={open} loading={isPending}>
        {label}
      </Button>
      <Modal opened={isOpen} onClose={close} onExitTransitionEnd={keepFocus} title={question} centered>
        <Text>{consequence}</Text>
        <Group justify="flex-end" mt="lg">
          <Button variant="default" onClick={close} data-autofocus>
            {t("dialog.leave")}
          </Button>
          <Button
            color="red"
            onClick={() => {
              close();
              onConfirm();
            }}
          >
            {confirmLabel}
          </Button>
        </Group>
      </Modal>
    </>
  );
}
