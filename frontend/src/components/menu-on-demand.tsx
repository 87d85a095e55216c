import { lazy, Suspense, useEffect, useState } from "react";
import type { ComponentType, ReactElement } from "react";

/** What the button that opens the menu needs, before the menu's code is there and after. */
export interface MenuButtonProps {
  autoFocus?: boolean;
  "aria-haspopup"?: "menu";
  "aria-expanded"?: boolean;
  onClick?: () => void;
  onPointerEnter?: () => void;
}

export interface MenuPanelProps {
  /** The button again, to be the menu's target. */
  target: ReactElement;
}

interface MenuPanel {
  Panel: ComponentType<MenuPanelProps>;
  load: () => Promise<unknown>;
}

/** A menu whose code is loaded by the first wish to open it. */
export function menuPanel(load: () => Promise<ComponentType<MenuPanelProps>>): MenuPanel {
  return { load, Panel: lazy(async () => ({ default: await load() })) };
}

/** Opens one moment after mounting, when the target has the focus that closing gives back. */
export function useOpenAfterMount() {
  const [opened, onChange] = useState(false);
  useEffect(() => {
    const frame = requestAnimationFrame(() => onChange(true));
    return () => cancelAnimationFrame(frame);
  }, []);
  return { opened, onChange };
}

/** Draws the button at once; positioning and focus handling of a menu are worth 30 kB. */
export function MenuOnDemand({
  panel: { Panel, load },
  button,
}: {
  panel: MenuPanel;
  button: (props: MenuButtonProps) => ReactElement;
}) {
  const [isWanted, setWanted] = useState(false);
  const alone = button({
    "aria-haspopup": "menu",
    "aria-expanded": false,
    onClick: () => setWanted(true),
    onPointerEnter: () => void load(),
  });
  if (!isWanted) return alone;
  return (
    <Suspense fallback={alone}>
      <Panel target={button({ autoFocus: true })} />
    </Suspense>
  );
}
