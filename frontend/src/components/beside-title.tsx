import { createContext, useContext } from "react";
import type { ReactNode } from "react";

const Context = createContext<ReactNode>(null);

/** What the bar of the work below shows beside its title, whichever work it is. */
export function BesideTitle({ value, children }: { value: ReactNode; children: ReactNode }) {
  return <Context value={value}>{children}</Context>;
}

export function useBesideTitle(): ReactNode {
  return useContext(Context);
}
