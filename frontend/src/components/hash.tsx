import { CopyButton } from "./copy-button";
import { shortHash } from "./formats";
import classes from "./hash.module.css";

/** The beginning of a content hash, with the whole of it on hover and one click away. */
export function Hash({ value, canCopy = false }: { value: string; canCopy?: boolean }) {
  return (
    <span className={classes.hash}>
      <code title={value}>{shortHash(value)}</code>
      {canCopy && <CopyButton text={value} label="Copy hash" />}
    </span>
  );
}
