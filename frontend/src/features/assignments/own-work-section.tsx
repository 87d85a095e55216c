import { NativeSelect } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { ownWorkQuery } from "@/api/labeling";
import type { OwnWork } from "@/api/types";
import { Facts } from "@/components/facts";
import { formatCount, formatDay, formatDuration, formatMinutes } from "@/components/formats";
import { Loaded } from "@/components/loaded";
import { Section } from "@/components/section";
import { TableSkeleton } from "@/components/table-skeleton";

import { BREAK_CHOICES, CAP_CHOICES } from "./breaks";
import classes from "./own-work-section.module.css";
import { useWorkSettings } from "./use-work-settings";

type Days = OwnWork["days"];

function Bars({ days }: { days: Days }) {
  const { t } = useTranslation("assignments");
  const longest = Math.max(...days.map(({ seconds_active: seconds }) => seconds));
  if (longest === 0) return <p className={classes.quiet}>{t("work.none")}</p>;
  return (
    <figure className={classes.figure}>
      <figcaption>{t("work.hoursTitle")}</figcaption>
      <div className={classes.bars} aria-hidden="true">
        {days.map((day) => (
          <div
            key={day.date}
            className={classes.bar}
            title={`${formatDay(day.date)}: ${formatMinutes(day.seconds_active)}`}
          >
            <div style={{ height: `${(day.seconds_active / longest) * 100}%` }} />
          </div>
        ))}
      </div>
      <div className={classes.ends} aria-hidden="true">
        <span>{formatDay(days[0]?.date ?? "")}</span>
        <span>{formatDay(days.at(-1)?.date ?? "")}</span>
      </div>
      <details className={classes.table}>
        <summary>{t("work.asTable")}</summary>
        <table>
          <caption>{t("work.hoursTitle")}</caption>
          <thead>
            <tr>
              <th scope="col">{t("work.day")}</th>
              <th scope="col">{t("work.answers")}</th>
              <th scope="col">{t("work.active")}</th>
            </tr>
          </thead>
          <tbody>
            {[...days].reverse().map((day) => (
              <tr key={day.date}>
                <th scope="row">{formatDay(day.date)}</th>
                <td>{formatCount(day.num_submitted)}</td>
                <td>{formatMinutes(day.seconds_active)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </figure>
  );
}

function durationOrNothing(seconds: number | null): string | null {
  return seconds === null ? null : formatDuration(seconds);
}

function Settings() {
  const { t } = useTranslation("assignments");
  const [settings, change] = useWorkSettings();
  const numberOf = (value: string) => (value === "" ? null : Number(value));
  return (
    <div className={classes.settings}>
      <NativeSelect
        label={t("settings.remind")}
        data={[
          { value: "", label: t("settings.never") },
          ...BREAK_CHOICES.map((count) => ({ value: String(count), label: t("settings.after", { count }) })),
        ]}
        value={String(settings.breakAfterMinutes ?? "")}
        onChange={(event) => change({ breakAfterMinutes: numberOf(event.currentTarget.value) })}
      />
      <NativeSelect
        label={t("settings.cap")}
        data={[
          { value: "", label: t("settings.none") },
          ...CAP_CHOICES.map((count) => ({ value: String(count), label: t("settings.hours", { count }) })),
        ]}
        value={String(settings.dailyCapHours ?? "")}
        onChange={(event) => change({ dailyCapHours: numberOf(event.currentTarget.value) })}
      />
    </div>
  );
}

/** The labeler's own figures, which compare them with nobody, and their own limits (R19). */
export function OwnWorkSection() {
  const { t } = useTranslation("assignments");
  const work = useQuery(ownWorkQuery);
  return (
    <>
      <Section title={t("work.title")} note={t("work.note")} isSheet>
        <Loaded query={work} skeleton={<TableSkeleton numRows={3} />}>
          {(own) => (
            <>
              <Facts
                facts={[
                  { name: t("work.rankings"), value: formatCount(own.num_rankings) },
                  { name: t("work.demonstrations"), value: formatCount(own.num_demonstrations) },
                  { name: t("work.skipped"), value: formatCount(own.num_skipped) },
                  { name: t("work.returned"), value: formatCount(own.num_returned) },
                  { name: t("work.medianRanking"), value: durationOrNothing(own.median_seconds_ranking) },
                  {
                    name: t("work.medianDemonstration"),
                    value: durationOrNothing(own.median_seconds_demonstration),
                  },
                ]}
              />
              <Bars days={own.days} />
            </>
          )}
        </Loaded>
      </Section>
      <Section title={t("settings.title")} note={t("settings.note")}>
        <Settings />
      </Section>
    </>
  );
}
