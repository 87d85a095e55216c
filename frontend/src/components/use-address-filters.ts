import { useCallback, useMemo } from "react";
import { useSearchParams } from "react-router";

/** Filters that live in the address, so that a filtered page can be linked, reloaded and left. */
export function useAddressFilters<Name extends string>(names: readonly Name[]) {
  const [params, setParams] = useSearchParams();
  const key = names.map((name) => params.get(name) ?? "").join("\n");

  const filters = useMemo(() => {
    const values = key.split("\n");
    return Object.fromEntries(names.map((name, index) => [name, values[index] ?? ""])) as Record<
      Name,
      string
    >;
    // The joined values say everything that the names' array would.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [key]);

  const setFilter = useCallback(
    (name: Name, value: string, dropped: readonly Name[] = []) => {
      setParams(
        (previous) => {
          const next = new URLSearchParams(previous);
          // What goes with the old value goes in the same step: a second one would not see the first.
          for (const one of dropped) next.delete(one);
          if (value === "") next.delete(name);
          else next.set(name, value);
          return next;
        },
        { replace: true },
      );
    },
    [setParams],
  );

  return [filters, setFilter] as const;
}
