import { memo } from "react";
import { useTranslation } from "react-i18next";

import classes from "./read-text.module.css";
import { blocksOf, piecesOf } from "./visible-text";

/** A text's characters, those that draw nothing by their names. */
export function Pieces({ text }: { text: string }) {
  const { t } = useTranslation("workplace");
  return piecesOf(text).map((piece, index) =>
    piece.kind === "text" ? (
      piece.text
    ) : (
      <span key={index} className={classes.control} title={t("invisible")}>
        {piece.name}
      </span>
    ),
  );
}

/** Somebody's text, whole and as it is: no markup is obeyed, nothing invisible stays hidden. */
export const ReadText = memo(function ReadText({
  text,
  isFixedWidth = false,
}: {
  text: string;
  isFixedWidth?: boolean;
}) {
  const { t } = useTranslation("workplace");
  if (text === "") return <p className={classes.empty}>{t("emptyText")}</p>;
  return (
    <div className={classes.text} data-fixed-width={isFixedWidth || undefined}>
      {blocksOf(text).map((block, index) => (
        <div key={index} dir="auto" className={block.kind === "code" ? classes.code : classes.prose}>
          <Pieces text={block.text} />
        </div>
      ))}
    </div>
  );
});
