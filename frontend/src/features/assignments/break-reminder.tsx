import { Button, Group } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { ownWorkQuery, todayOf } from "@/api/labeling";
import { useActiveTime } from "@/api/use-active-time";

import classes from "./break-reminder.module.css";
import { AWAY_SECONDS, reminderFor, SNOOZE_SECONDS } from "./breaks";
import type { Reminder, Worked } from "./breaks";
import { useWorkSettings } from "./use-work-settings";

const CHECK_MS = 15_000;

/** The active time since the last break, read every so often. */
function useWorked() {
  const active = useActiveTime(0);
  const submittedToday = todayOf(useQuery(ownWorkQuery).data)?.seconds_active ?? 0;
  const [restedAt, setRestedAt] = useState(0);
  const [quietUntil, setQuietUntil] = useState(0);
  const [isCapWaived, setCapWaived] = useState(false);
  const [now, setNow] = useState(0);

  useEffect(() => {
    const timer = setInterval(() => {
      setNow(active.seconds());
      if (Date.now() - active.lastActivityAt() > AWAY_SECONDS * 1000) {
        setRestedAt(active.seconds());
        setQuietUntil(0);
      }
    }, CHECK_MS);
    return () => clearInterval(timer);
  }, [active]);

  const worked: Worked = {
    sinceBreak: now - restedAt,
    quietUntil,
    today: submittedToday,
    isCapWaived,
  };
  return {
    worked,
    rest: () => {
      setRestedAt(active.seconds());
      setNow(active.seconds());
      setQuietUntil(0);
    },
    snooze: () => setQuietUntil(worked.sinceBreak + SNOOZE_SECONDS),
    waiveCap: () => setCapWaived(true),
  };
}

function Words({ reminder }: { reminder: NonNullable<Reminder> }) {
  const { t } = useTranslation("assignments");
  return reminder.kind === "cap" ? (
    <>
      <h2>{t("breaks.capTitle")}</h2>
      <p>{t("breaks.capWords", { count: reminder.hours })}</p>
    </>
  ) : (
    <>
      <h2>{t("breaks.title")}</h2>
      <p>{t("breaks.words", { count: reminder.minutes })}</p>
    </>
  );
}

/** Suggests a break, without standing in the way of the work. */
export function BreakReminder() {
  const { t } = useTranslation("assignments");
  const [settings, change] = useWorkSettings();
  const { worked, rest, snooze, waiveCap } = useWorked();
  const reminder = reminderFor(worked, settings);
  return (
    <div role="status">
      {reminder && (
        <section className={classes.reminder}>
          <Words reminder={reminder} />
          <Group gap="xs">
            {reminder.kind === "cap" ? (
              <Button size="compact-md" variant="default" onClick={waiveCap}>
                {t("breaks.capGoOn")}
              </Button>
            ) : (
              <>
                <Button size="compact-md" onClick={rest}>
                  {t("breaks.taken")}
                </Button>
                <Button size="compact-md" variant="default" onClick={snooze}>
                  {t("breaks.later")}
                </Button>
                <Button
                  size="compact-md"
                  variant="subtle"
                  onClick={() => change({ breakAfterMinutes: null })}
                >
                  {t("breaks.off")}
                </Button>
              </>
            )}
          </Group>
        </section>
      )}
    </div>
  );
}
