import classes from "./view-toggle.module.css";

/** Buttons side by side of which one is pressed: the same thing seen in another way. */
export function ViewToggle<View extends string>({
  label,
  views,
  chosen,
  onChoose,
}: {
  label: string;
  views: readonly { value: View; label: string }[];
  chosen: View;
  onChoose: (view: View) => void;
}) {
  return (
    <div className={classes.views} role="group" aria-label={label}>
      {views.map((view) => (
        <button
          key={view.value}
          type="button"
          aria-pressed={chosen === view.value}
          onClick={() => onChoose(view.value)}
        >
          {view.label}
        </button>
      ))}
    </div>
  );
}
