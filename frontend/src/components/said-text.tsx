import { ClippedText } from "./clipped-text";
import classes from "./said-text.module.css";

// Across a page as many stand on the lines that are shown of a long one.
const MANY_CHARACTERS = 1_200;

/** What a program said, line by line as it said it; of a long text the beginning. */
export function SaidText({
  text,
  what,
  manyCharacters = MANY_CHARACTERS,
}: {
  text: string;
  /** As in "Show all of the reason". */
  what: string;
  manyCharacters?: number;
}) {
  return (
    <ClippedText text={text} what={what} manyCharacters={manyCharacters}>
      <div className={classes.said} dir="auto">
        {text}
      </div>
    </ClippedText>
  );
}
