// A line of the last minutes as an SVG path, and a scale that people can read. Pure.

export const kChartWidth = 240;
export const kChartHeight = 60;

/** The smallest of 1, 2, 2.5, 5 times a power of ten that is not below: a scale that does not dance. */
export function niceCeiling(value: number): number {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  const step = [1, 2, 2.5, 5, 10].find((one) => one * power >= value * 0.999999) ?? 10;
  return step * power;
}

/** Newest at the right edge; `null` is a gap. `slots` values fill the width. */
export function linePath(values: readonly (number | null)[], slots: number, ceiling: number): string {
  const shown = values.slice(-slots);
  const step = kChartWidth / Math.max(1, slots - 1);
  const left = kChartWidth - (shown.length - 1) * step;
  let path = '';
  let pen = false;
  shown.forEach((value, index) => {
    if (value === null) return void (pen = false);
    const x = left + index * step;
    const y = kChartHeight - 1 - Math.min(1, Math.max(0, value / ceiling)) * (kChartHeight - 2);
    path += `${pen ? 'L' : 'M'}${x.toFixed(1)} ${y.toFixed(1)}`;
    pen = true;
  });
  return path;
}
