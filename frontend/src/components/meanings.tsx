import classes from "./meanings.module.css";

export interface Meaning {
  name: string;
  meaning: string;
}

/** What each of several figures is, behind one line: whoever knows them reads past it. */
export function Meanings({ title, meanings }: { title: string; meanings: Meaning[] }) {
  return (
    <details className={classes.meanings}>
      <summary>{title}</summary>
      <dl>
        {meanings.map(({ name, meaning }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
