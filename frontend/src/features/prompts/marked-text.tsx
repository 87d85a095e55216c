import type { PromptFinding } from "@/api/research-types";
import { Pieces } from "@/components/read-text";

import classes from "./marked-text.module.css";
import { marksIn } from "./marks";
import { FINDING_WORDS } from "./prompt-words";

/** A prompt's whole text with what was found in it marked by colour, line and name. */
export function MarkedText({ text, findings }: { text: string; findings: PromptFinding[] }) {
  return (
    <div className={classes.text} dir="auto">
      {marksIn(text, findings).map(({ text: part, kind }, index) =>
        kind === null ? (
          <Pieces key={index} text={part} />
        ) : (
          <mark key={index} className={classes.mark} title={FINDING_WORDS[kind]}>
            <Pieces text={part} />
          </mark>
        ),
      )}
    </div>
  );
}
