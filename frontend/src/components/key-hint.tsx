import classes from "./key-hint.module.css";

/** A key's name on the control it works; the control's own label already says what it does. */
export function KeyHint({ children }: { children: string }) {
  return (
    <kbd className={classes.key} aria-hidden="true">
      {children}
    </kbd>
  );
}
