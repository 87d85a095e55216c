import { Icon } from "./icons";
import type { IconName } from "./icons";
import classes from "./tone-badge.module.css";

export type Tone = "neutral" | "active" | "good" | "caution" | "bad";

/** A state as a word and a shape; the colour only repeats what they say. */
export function ToneBadge({ tone, icon, label }: { tone: Tone; icon?: IconName; label: string }) {
  return (
    <span className={`${classes.badge} ${classes[tone]}`}>
      {icon && <Icon name={icon} size={12} />}
      {label}
    </span>
  );
}
