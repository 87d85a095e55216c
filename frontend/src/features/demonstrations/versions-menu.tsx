import { Button } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { Drawer } from "@/components/dialogs";
import { formatDateTime } from "@/components/formats";
import { Moment } from "@/components/moment";
import { TextDiff } from "@/components/text-diff";

import { readVersions } from "./draft-versions";
import type { DraftVersion } from "./draft-versions";
import classes from "./versions-menu.module.css";

function Versions({
  versions,
  text,
  onRestore,
}: {
  versions: DraftVersion[];
  text: string;
  onRestore: (text: string) => void;
}) {
  const { t } = useTranslation("demonstrations");
  if (versions.length === 0) return <p className={classes.none}>{t("noVersions")}</p>;
  return (
    <ol className={classes.list}>
      {versions.map((version) => {
        const at = new Date(version.at).toISOString();
        const name = t("versionFrom", { time: formatDateTime(at) });
        return (
          <li key={version.at} className={classes.version}>
            <div className={classes.line}>
              <Moment at={at} />
              <Button
                size="compact-sm"
                variant="default"
                aria-label={`${t("restore")}: ${name}`}
                onClick={() => onRestore(version.text)}
              >
                {t("restore")}
              </Button>
            </div>
            <div className={classes.text} role="group" aria-label={name}>
              <TextDiff before={text} after={version.text} />
            </div>
          </li>
        );
      })}
    </ol>
  );
}

/** The way back to what stood here half a minute, an hour or a day ago. */
export function VersionsMenu({
  assignmentId,
  text,
  onRestore,
}: {
  assignmentId: string;
  text: string;
  onRestore: (text: string) => void;
}) {
  const { t } = useTranslation("demonstrations");
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <button type="button" className={classes.open} onClick={() => setOpen(true)}>
        {t("versions")}
      </button>
      {isOpen && (
        <Drawer
          opened
          onClose={() => setOpen(false)}
          title={t("versions")}
          position="right"
          size="lg"
          transitionProps={{ duration: 0 }}
        >
          <p className={classes.none}>{t("versionsWhy")}</p>
          <Versions
            versions={readVersions(assignmentId)}
            text={text}
            onRestore={(version) => {
              onRestore(version);
              setOpen(false);
            }}
          />
        </Drawer>
      )}
    </>
  );
}
