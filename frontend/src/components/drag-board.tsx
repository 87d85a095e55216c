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
import type { ReactNode } from "react";

interface DragWords {
  item: (id: string) => string;
  zone: (id: string) => string;
}

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

/**
 * Dragging with the pointer, and nothing else: whatever can be dragged here must also be possible
 * by key and by click, which is the business of whoever draws the items.
 */
export function DragBoard({
  children,
  words,
  overlay,
  onDrop,
}: {
  children: ReactNode;
  words: DragWords;
  /** What travels with the pointer. */
  overlay: (id: string) => ReactNode;
  onDrop: (item: string, zone: string) => void;
}) {
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

/** Something that can be picked up with the pointer. Its own buttons keep their clicks and keys. */
export function DragItem({
  id,
  isEnabled,
  children,
}: {
  id: string;
  isEnabled: boolean;
  children: (isDragging: boolean) => ReactNode;
}) {
  const { setNodeRef, listeners, isDragging } = useDraggable({ id, disabled: !isEnabled });
  return (
    <div ref={setNodeRef} {...listeners}>
      {children(isDragging)}
    </div>
  );
}

/** Somewhere to drop. `isOver` is true while an item hovers. */
export function DropZone({
  id,
  className,
  children,
}: {
  id: string;
  className?: string;
  children: (isOver: boolean) => ReactNode;
}) {
  const { setNodeRef, isOver } = useDroppable({ id });
  return (
    <div ref={setNodeRef} className={className} data-over={isOver || undefined}>
      {children(isOver)}
    </div>
  );
}
