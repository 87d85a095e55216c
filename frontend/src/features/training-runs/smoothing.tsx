import { Slider } from "@mantine/core";

import classes from "./run-page.module.css";

const MAX_SMOOTHING = 95;

/** How much of the past every drawn point remembers. */
export function Smoothing({ percent, onChange }: { percent: number; onChange: (percent: number) => void }) {
  return (
    <div className={classes.smoothing}>
      <span>Smoothing</span>
      <Slider
        thumbLabel="Smoothing"
        size="sm"
        min={0}
        max={MAX_SMOOTHING}
        step={5}
        value={percent}
        onChange={onChange}
        label={(value) => (value === 0 ? "off" : (value / 100).toFixed(2))}
      />
    </div>
  );
}
