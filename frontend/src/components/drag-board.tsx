import { useMediaQuery } from "@mantine/hooks";
import { createContext, useContext, useEffect, useState } from "react";
import type { ReactNode } from "react";

import type * as DragKit from "./drag-kit";
import { loadWhenIdle } from "./when-idle";

export interface DragWords {
  item: (id: string) => string;
  zone: (id: string) => string;
}

export interface DragBoardProps {
  children: ReactNode;
  words: DragWords;
  /** What travels with the pointer. */
  overlay: (id: string) => ReactNode;
  onDrop: (item: string, zone: string) => void;
}

export interface DragItemProps {
  id: string;
  isEnabled: boolean;
  children: (isDragging: boolean) => ReactNode;
}

export interface DropZoneProps {
  id: string;
  className?: string;
  children: (isOver: boolean) => ReactNode;
}

const KitContext = createContext<typeof DragKit | null>(null);
const CAN_DRAG = "(pointer: fine)";
// Kept across boards, so that only the first one of a visit begins without it.
let loadedKit: typeof DragKit | null = null;

function useDragKit(): typeof DragKit | null {
  const canDrag = useMediaQuery(CAN_DRAG, false) ?? false;
  const [kit, setKit] = useState(loadedKit);
  useEffect(() => {
    if (!canDrag || loadedKit) return undefined;
    return loadWhenIdle(async () => {
      loadedKit = await import("./drag-kit");
      setKit(loadedKit);
    });
  }, [canDrag]);
  return canDrag ? kit : null;
}

/**
 * Dragging with the pointer, and nothing else: whatever can be dragged here must also be possible
 * by key and by click, which is the business of whoever draws the items. That is why the code for
 * it may come after the first paint, and never comes to a touch screen.
 */
export function DragBoard(props: DragBoardProps) {
  const kit = useDragKit();
  if (!kit) return props.children;
  return (
    <KitContext value={kit}>
      <kit.DragBoard {...props} />
    </KitContext>
  );
}

/** Something that can be picked up with the pointer. Its own buttons keep their clicks and keys. */
export function DragItem(props: DragItemProps) {
  const kit = useContext(KitContext);
  return kit ? <kit.DragItem {...props} /> : <div>{props.children(false)}</div>;
}

/** Somewhere to drop. Its child hears whether an item hovers over it. */
export function DropZone(props: DropZoneProps) {
  const kit = useContext(KitContext);
  if (kit) return <kit.DropZone {...props} />;
  return <div className={props.className}>{props.children(false)}</div>;
}
