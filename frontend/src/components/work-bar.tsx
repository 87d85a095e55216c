import { useState } from "react";
import type { ReactNode } from "react";
import { Link } from "react-router";

import { useBesideTitle } from "./beside-title";
import { Drawer } from "./dialogs";
import { MarkdownText } from "./markdown-text";
import classes from "./work-bar.module.css";

/** The one line above a piece of work: where one is, how it is kept, what else there is. */
export function WorkBar({
  back,
  title,
  subtitle,
  guide,
  children,
  state,
  actions,
}: {
  back: { to: string; label: string };
  title: string;
  subtitle: string;
  /** The text to be followed, one click away at any time. */
  guide: { label: string; title: string; body: string };
  children?: ReactNode;
  state: ReactNode;
  actions: ReactNode;
}) {
  const besideTitle = useBesideTitle();
  const [isGuideOpen, setGuideOpen] = useState(false);
  return (
    <header className={classes.bar}>
      <Link to={back.to} className={classes.back} aria-label={back.label} title={back.label}>
        ←
      </Link>
      <div className={classes.name}>
        <h1 className={classes.title}>{title}</h1>
        <span className={classes.subtitle}>{subtitle}</span>
        {besideTitle && <span className={classes.beside}>{besideTitle}</span>}
      </div>
      {children}
      <div className={classes.state}>{state}</div>
      <div className={classes.actions}>
        <button type="button" className={classes.action} onClick={() => setGuideOpen(true)}>
          {guide.label}
        </button>
        {actions}
      </div>
      <Drawer
        opened={isGuideOpen}
        onClose={() => setGuideOpen(false)}
        title={guide.title}
        position="right"
        size="lg"
        transitionProps={{ duration: 0 }}
      >
        <MarkdownText text={guide.body} />
      </Drawer>
    </header>
  );
}

export function BarButton({
  children,
  onClick,
  isDisabled = false,
  label,
}: {
  children: ReactNode;
  onClick: () => void;
  isDisabled?: boolean;
  label?: string;
}) {
  return (
    <button
      type="button"
      className={classes.action}
      onClick={onClick}
      disabled={isDisabled}
      aria-label={label}
      title={label}
    >
      {children}
    </button>
  );
}
