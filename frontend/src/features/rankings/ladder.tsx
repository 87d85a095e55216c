import { useMediaQuery } from "@mantine/hooks";

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

function targetWords({ kind, index }: Target, numTiers: number): string {
  if (kind === "tier") return `tier ${index + 1} of ${numTiers}`;
  if (index === 0) return "a new tier on top";
  if (index === numTiers) return "a new tier at the bottom";
  return `a new tier between ${index} and ${index + 1}`;
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
  const words = targetWords({ kind: "gap", index }, props.tiers.length);
  return (
    <DropZone id={zoneId({ kind: "gap", index })} className={classes.gap}>
      {(isOver) =>
        props.isOrdering || isOver ? (
          <button
            type="button"
            className={classes.gapButton}
            aria-label={`Put ${props.factsOf(props.selected).letter} into ${words}`}
            onClick={() => props.onPlaceInGap(props.selected, index)}
          >
            <span className={classes.gapWords}>New tier</span>
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
  const handles = props.tiers[index] ?? [];
  const isTargetForTap = props.isOrdering && !handles.includes(props.selected);
  return (
    <li aria-label={`Tier ${index + 1} of ${props.tiers.length}`}>
      <Gap index={index} props={props} />
      <DropZone id={zoneId({ kind: "tier", index })} className={classes.tier}>
        {() => (
          <>
            <button
              type="button"
              className={classes.rank}
              disabled={!isTargetForTap}
              aria-label={`Put ${props.factsOf(props.selected).letter} into tier ${index + 1}`}
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
  const { tiers, unplaced, factsOf } = props;

  function drop(handle: string, zone: string) {
    const { kind, index } = targetOf(zone);
    if (kind === "gap") props.onPlaceInGap(handle, index);
    else props.onPlace(handle, index);
  }

  return (
    <DragBoard
      words={{
        item: (id) => `completion ${factsOf(id).letter}`,
        zone: (id) => targetWords(targetOf(id), tiers.length),
      }}
      overlay={(id) => (
        <LadderChip facts={factsOf(id)} isSelected isDragging={false} onSelect={() => undefined} />
      )}
      onDrop={drop}
    >
      {tiers.length > 0 && <p className={classes.end}>Best</p>}
      <ol className={classes.ladder} aria-label="Order, best first">
        {tiers.map((tier, index) => (
          <Tier key={tier.join()} index={index} props={props} />
        ))}
      </ol>
      <Gap index={tiers.length} props={props} />
      {tiers.length > 1 && <p className={classes.end}>Worst</p>}
      {unplaced.length > 0 && (
        <section className={classes.tray} aria-label="Not placed yet">
          <h3 className={classes.trayTitle}>Not placed yet</h3>
          <Chips handles={unplaced} props={props} />
        </section>
      )}
    </DragBoard>
  );
}
