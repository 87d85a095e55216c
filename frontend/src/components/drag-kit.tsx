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
import { useState } from "react";

import type { DragBoardProps, DragItemProps, DragWords, DropZoneProps } from "./drag-board";

const CLICK_MOVES_UP_TO_PX = 6;

function announcementsIn(words: DragWords): Announcements {
  return {
    onDragStart: ({ active }) => `Picked up ${words.item(String(active.id))}.`,
    onDragOver: ({ active, over }) =>
      over
        ? `${words.item(String(active.id))} is over ${words.zone(String(over.id))}.`
        : `${words.item(String(active.id))} is over nothing.`,
    onDragEnd: ({ active, over }) =>
      over
        ? `${words.item(String(active.id))} was put into ${words.zone(String(over.id))}.`
        : `${words.item(String(active.id))} was left where it was.`,
    onDragCancel: ({ active }) => `${words.item(String(active.id))} was left where it was.`,
  };
}

/** The half of drag-board.tsx that knows the library; loaded when somebody can drag. */
export function DragBoard({ children, words, overlay, onDrop }: DragBoardProps) {
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
        announcements: announcementsIn(words),
        screenReaderInstructions: { draggable: "Drag with the pointer, or use the keys shown." },
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
