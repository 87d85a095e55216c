import { Button } from "@mantine/core";
import type { ReactNode } from "react";
import { Link } from "react-router";
import type { To } from "react-router";

/** A way to another page that looks like a button. */
export function LinkButton({
  to,
  state,
  isQuiet = false,
  children,
}: {
  to: To;
  /** What the other page begins with. */
  state?: unknown;
  isQuiet?: boolean;
  children: ReactNode;
}) {
  return (
    <Button component={Link} to={to} state={state} variant={isQuiet ? "default" : "filled"}>
      {children}
    </Button>
  );
}
