import { useMediaQuery } from "@mantine/hooks";
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";

import { DragBoard, DragItem, DropZone } from "@/components/drag-board";

import { LadderChip } from "./ladder-chip";
import type { ChipFacts } from "./ladder-chip";
import classes from "./ladder.module.css";
import type { Handle, Tiers } from "./ordering";

type Target = { kind: "tier" | "gap"; index: number };

const CAN_DRAG = "(min-width: 64em) and (pointer: fine)";

function zoneId({ kind, index }: Target): string {
  return `${kind}-${index}`;
}

function targetOf(zone: string): Target {
  const [kind, index] = zone.split("-");
  return { kind: kind === "gap" ? "gap" : "tier", index: Number(index) };
}

function targetWords(
  t: TFunction<"rankings">,
  { kind, index }: Target,
  numTiers: number,
): string {
  if (kind === "tier") return t("targetTier", { tier: index + 1, count: numTiers });
  if (index === 0) return t("targetTop");
  if (index === numTiers) return t("targetBottom");
  return t("targetBetween", { above: index, below: index + 1 });
}

export interface LadderProps {
  tiers: Tiers;
  unplaced: readonly Handle[];
  selected: Handle;
  /** The ladder is only what the ratings say; it is drawn hatched. */
  isDraft: boolean;
  isOrdering: boolean;
  factsOf: (handle: Handle) => ChipFacts;
  onSelect: (handle: Handle) => void;
  onPlace: (handle: Handle, tier: number) => void;
  onPlaceInGap: (handle: Handle, gap: number) => void;
}

function Gap({ index, props }: { index: number; props: LadderProps }) {
  const { t } = useTranslation("rankings");
  const words = targetWords(t, { kind: "gap", index }, props.tiers.length);
  return (
    <DropZone id={zoneId({ kind: "gap", index })} className={classes.gap}>
      {(isOver) =>
        props.isOrdering || isOver ? (
          <button
            type="button"
            className={classes.gapButton}
            aria-label={t("putInto", {
              letter: props.factsOf(props.selected).letter,
              target: words,
            })}
            onClick={() => props.onPlaceInGap(props.selected, index)}
          >
            <span className={classes.gapWords}>{t("newTier")}</span>
          </button>
        ) : (
          <span className={classes.gapRest} />
        )
      }
    </DropZone>
  );
}

function Chips({ handles, props }: { handles: readonly Handle[]; props: LadderProps }) {
  const canDrag = useMediaQuery(CAN_DRAG) ?? false;
  const sorted = [...handles].sort((left, right) =>
    props.factsOf(left).letter < props.factsOf(right).letter ? -1 : 1,
  );
  return sorted.map((handle) => (
    <DragItem key={handle} id={handle} isEnabled={canDrag}>
      {(isDragging) => (
        <LadderChip
          facts={props.factsOf(handle)}
          isSelected={handle === props.selected}
          isDragging={isDragging}
          onSelect={() => props.onSelect(handle)}
        />
      )}
    </DragItem>
  ));
}

function Tier({ index, props }: { index: number; props: LadderProps }) {
  const { t } = useTranslation("rankings");
  const handles = props.tiers[index] ?? [];
  const isTargetForTap = props.isOrdering && !handles.includes(props.selected);
  return (
    <li aria-label={t("tier", { tier: index + 1, count: props.tiers.length })}>
      <Gap index={index} props={props} />
      <DropZone id={zoneId({ kind: "tier", index })} className={classes.tier}>
        {() => (
          <>
            <button
              type="button"
              className={classes.rank}
              disabled={!isTargetForTap}
              aria-label={t("putIntoTier", {
                letter: props.factsOf(props.selected).letter,
                tier: index + 1,
              })}
              onClick={() => props.onPlace(props.selected, index)}
            >
              {index + 1}
            </button>
            <div className={classes.chips} data-draft={props.isDraft || undefined}>
              <Chips handles={handles} props={props} />
            </div>
          </>
        )}
      </DropZone>
    </li>
  );
}

/** The order as a ladder: best on top, ties side by side in one tier, a gap before every tier. */
export function Ladder(props: LadderProps) {
  const { t } = useTranslation("rankings");
  const { tiers, unplaced, factsOf } = props;

  function drop(handle: string, zone: string) {
    const { kind, index } = targetOf(zone);
    if (kind === "gap") props.onPlaceInGap(handle, index);
    else props.onPlace(handle, index);
  }

  return (
    <DragBoard
      words={{
        item: (id) => t("dragged", { letter: factsOf(id).letter }),
        zone: (id) => targetWords(t, targetOf(id), tiers.length),
      }}
      overlay={(id) => (
        <LadderChip facts={factsOf(id)} isSelected isDragging={false} onSelect={() => undefined} />
      )}
      onDrop={drop}
    >
      {tiers.length > 0 && <p className={classes.end}>{t("best")}</p>}
      <ol className={classes.ladder} aria-label={t("orderBestFirst")}>
        {tiers.map((tier, index) => (
          <Tier key={tier.join()} index={index} props={props} />
        ))}
      </ol>
      <Gap index={tiers.length} props={props} />
      {tiers.length > 1 && <p className={classes.end}>{t("worst")}</p>}
      {unplaced.length > 0 && (
        <section className={classes.tray} aria-label={t("notPlaced")}>
          <h3 className={classes.trayTitle}>{t("notPlaced")}</h3>
          <Chips handles={unplaced} props={props} />
        </section>
      )}
    </DragBoard>
  );
}
