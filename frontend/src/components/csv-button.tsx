import { Button } from "@mantine/core";

import type { ChartFacts } from "./chart";

/** A table as a file, with its definition and its address on top. */
export function CsvButton({ title, definition, figures }: Omit<ChartFacts, "draw" | "unit">) {
  const save = async () => {
    const { saveCsv } = await import("./chart-files");
    saveCsv({ title, definition, figures });
  };
  return (
    <Button
      size="compact-sm"
      variant="default"
      aria-label={`Download ${title} as CSV`}
      onClick={() => void save()}
    >
      CSV
    </Button>
  );
}
