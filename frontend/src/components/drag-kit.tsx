import {
  DndContext,
  DragOverlay,
  PointerSensor,
  useDraggable,
  useDroppable,
  useSensor,
  useSensors,
} from "@dnd-kit/core";
import type { Announcements, DragEndEvent, DragStartEvent } from "@dnd-kit/core";
import type { TFunction } from "i18next";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { DragBoardProps, DragItemProps, DragWords, DropZoneProps } from "./drag-board";

const CLICK_MOVES_UP_TO_PX = 6;

function announcementsIn(t: TFunction<"workplace">, words: DragWords): Announcements {
  const item = (id: string | number) => words.item(String(id));
  const zone = (id: string | number) => words.zone(String(id));
  return {
    onDragStart: ({ active }) => t("drag.pickedUp", { item: item(active.id) }),
    onDragOver: ({ active, over }) =>
      over
        ? t("drag.over", { item: item(active.id), zone: zone(over.id) })
        : t("drag.overNothing", { item: item(active.id) }),
    onDragEnd: ({ active, over }) =>
      over
        ? t("drag.put", { item: item(active.id), zone: zone(over.id) })
        : t("drag.left", { item: item(active.id) }),
    onDragCancel: ({ active }) => t("drag.left", { item: item(active.id) }),
  };
}

/** The half of drag-board.tsx that knows the library; loaded when somebody can drag. */
export function DragBoard({ children, words, overlay, onDrop }: DragBoardProps) {
  const { t } = useTranslation("workplace");
  const [dragged, setDragged] = useState<string | null>(null);
  const sensors = useSensors(
    useSensor(PointerSensor, { activationConstraint: { distance: CLICK_MOVES_UP_TO_PX } }),
  );

  function end({ active, over }: DragEndEvent) {
    setDragged(null);
    if (over) onDrop(String(active.id), String(over.id));
  }

  return (
    <DndContext
      sensors={sensors}
      accessibility={{
        announcements: announcementsIn(t, words),
        screenReaderInstructions: { draggable: t("drag.how") },
      }}
      onDragStart={({ active }: DragStartEvent) => setDragged(String(active.id))}
      onDragEnd={end}
      onDragCancel={() => setDragged(null)}
    >
      {children}
      <DragOverlay dropAnimation={null}>{dragged !== null && overlay(dragged)}</DragOverlay>
    </DndContext>
  );
}

export function DragItem({ id, isEnabled, children }: DragItemProps) {
  const { setNodeRef, listeners, isDragging } = useDraggable({ id, disabled: !isEnabled });
  return (
    <div ref={setNodeRef} {...listeners}>
      {children(isDragging)}
    </div>
  );
}

export function DropZone({ id, className, children }: DropZoneProps) {
  const { setNodeRef, isOver } = useDroppable({ id });
  return (
    <div ref={setNodeRef} className={className} data-over={isOver || undefined}>
      {children(isOver)}
    </div>
  );
}
