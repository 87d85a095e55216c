import classes from "./how-counted.module.css";
import { Section } from "./section";

/** The definitions and methods behind the figures of a page, each under what it is of. */
export function HowCounted({ terms }: { terms: [name: string, text: string][] }) {
  if (terms.length === 0) return null;
  return (
    <Section title="How this is counted" isSheet>
      <div className={classes.terms}>
        {terms.map(([name, text]) => (
          <p key={name}>
            <b>{name.endsWith("?") ? name : `${name}.`}</b> {text}
          </p>
        ))}
      </div>
    </Section>
  );
}
