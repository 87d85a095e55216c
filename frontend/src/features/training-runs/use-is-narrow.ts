import { useMediaQuery } from "@mantine/hooks";

// Where the summary no longer fits beside the form; launch.module.css has the same width.
const NARROW = "(max-width: 62em)";

/** Whether the form takes the whole width of the screen. */
export function useIsNarrow(): boolean {
  return useMediaQuery(NARROW, false, { getInitialValueInEffect: false });
}
