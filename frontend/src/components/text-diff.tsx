import { VisuallyHidden } from "@mantine/core";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";

import classes from "./text-diff.module.css";
import { changesOf, differenceOf } from "./text-difference";
import type { Piece } from "./text-difference";

function Changed({ piece }: { piece: Piece }) {
  const { t } = useTranslation("common");
  const Mark = piece.kind === "added" ? "ins" : "del";
  return (
    <Mark className={classes[piece.kind]}>
      <VisuallyHidden>{piece.kind === "added" ? t("diff.added") : t("diff.removed")} </VisuallyHidden>
      {piece.text}
    </Mark>
  );
}

/** What became of a text, the new and the old words marked in it. */
export function TextDiff({
  before,
  after,
  isChangesOnly = false,
}: {
  before: string;
  after: string;
  /** Leaves out what lies far from any change. */
  isChangesOnly?: boolean;
}) {
  const { t } = useTranslation("common");
  const pieces = useMemo(() => {
    const all = differenceOf(before, after);
    return isChangesOnly ? changesOf(all) : all;
  }, [before, after, isChangesOnly]);
  if (pieces.every(({ kind }) => kind === "same")) {
    return <p className={classes.none}>{t("diff.none")}</p>;
  }
  return (
    <div className={classes.text} dir="auto">
      {pieces.map((piece, index) =>
        piece.kind === "same" ? <span key={index}>{piece.text}</span> : <Changed key={index} piece={piece} />,
      )}
    </div>
  );
}
