import { Button, Group, Text } from "@mantine/core";
import type { ButtonProps } from "@mantine/core";
import { useId } from "react";
import { useTranslation } from "react-i18next";

/** The foot of a form in a dialog: leave it or do it, and where it cannot be done yet, why. */
export function DialogFoot({
  action,
  blocked,
  isPending,
  color,
  onLeave,
}: {
  action: string;
  /** What is still missing; null where nothing is. */
  blocked: string | null;
  isPending: boolean;
  color?: ButtonProps["color"];
  onLeave: () => void;
}) {
  const { t } = useTranslation("common");
  const reasonId = useId();
  return (
    <>
      {blocked !== null && (
        <Text size="sm" c="dimmed" ta="end" id={reasonId}>
          {blocked}
        </Text>
      )}
      <Group justify="flex-end">
        <Button variant="default" onClick={onLeave}>
          {t("dialog.leave")}
        </Button>
        <Button
          type="submit"
          color={color}
          disabled={blocked !== null}
          aria-describedby={blocked === null ? undefined : reasonId}
          loading={isPending}
        >
          {action}
        </Button>
      </Group>
    </>
  );
}
