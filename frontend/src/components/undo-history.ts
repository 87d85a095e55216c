/** What was, what is, and what was undone. */
export interface UndoHistory<State> {
  past: readonly State[];
  present: State;
  future: readonly State[];
  /** The name of the last change; changes of one name in a row are undone together. */
  tag: string | null;
}

const LIMIT = 200;

export function startHistory<State>(present: State): UndoHistory<State> {
  return { past: [], present, future: [], tag: null };
}

export function record<State>(
  history: UndoHistory<State>,
  present: State,
  tag: string | null = null,
): UndoHistory<State> {
  if (present === history.present) return history;
  const isSameChange = tag !== null && tag === history.tag;
  const past = isSameChange ? history.past : [...history.past, history.present].slice(-LIMIT);
  return { past, present, future: [], tag };
}

export function undo<State>(history: UndoHistory<State>): UndoHistory<State> {
  const previous = history.past.at(-1);
  if (previous === undefined) return history;
  return {
    past: history.past.slice(0, -1),
    present: previous,
    future: [history.present, ...history.future],
    tag: null,
  };
}

export function redo<State>(history: UndoHistory<State>): UndoHistory<State> {
  const [next, ...future] = history.future;
  if (next === undefined) return history;
  return { past: [...history.past, history.present], present: next, future, tag: null };
}
