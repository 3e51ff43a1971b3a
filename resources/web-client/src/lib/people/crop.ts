// Which square of a picture is to be seen: moved and zoomed by hand, and never beyond its edges. Pure.

export interface Size {
  width: number;
  height: number;
}

/** `x` and `y`: of the middle of the square, from 0 to 1 over the picture. `zoom` 1: the largest square that there is. */
export interface View {
  x: number;
  y: number;
  zoom: number;
}

export const kMostZoom = 8;
export const kWhole: View = { x: 0.5, y: 0.5, zoom: 1 };

export function squareOf(size: Size, view: View): { x: number; y: number; side: number } {
  const side = Math.min(size.width, size.height) / view.zoom;
  return { x: view.x * size.width - side / 2, y: view.y * size.height - side / 2, side };
}

const within = (value: number, least: number, most: number): number => Math.min(Math.max(value, least), most);

/** The nearest that lies within the picture. */
export function clamped(size: Size, view: View): View {
  const zoom = within(view.zoom, 1, kMostZoom);
  const half = Math.min(size.width, size.height) / zoom / 2;
  const alongX = half / size.width;
  const alongY = half / size.height;
  return { x: within(view.x, alongX, 1 - alongX), y: within(view.y, alongY, 1 - alongY), zoom };
}

/** The picture goes with the hand: by so much of what is seen. */
export function dragged(size: Size, view: View, right: number, down: number): View {
  const { side } = squareOf(size, view);
  return clamped(size, { ...view, x: view.x - (right * side) / size.width, y: view.y - (down * side) / size.height });
}

/** The place that is seen at (x, y), from 0 to 1, stays there where it can. */
export function zoomed(size: Size, view: View, zoom: number, x = 0.5, y = 0.5): View {
  const before = squareOf(size, view);
  const to = within(zoom, 1, kMostZoom);
  const side = (before.side * view.zoom) / to;
  const left = before.x + (before.side - side) * x;
  const top = before.y + (before.side - side) * y;
  return clamped(size, { x: (left + side / 2) / size.width, y: (top + side / 2) / size.height, zoom: to });
}

/** A slider goes from 0 to 100, each step by the same factor. */
export const zoomOf = (slider: number): number => kMostZoom ** (slider / 100);
export const sliderOf = (zoom: number): number => (Math.log(zoom) / Math.log(kMostZoom)) * 100;

const kStep = 0.05;
const kFine = 0.01;
const kFactor = 1.1;

/** What a key does, or null for one that does nothing. Arrows move what is seen, as they scroll a page. */
export function keyed(size: Size, view: View, key: string, fine: boolean): View | null {
  const step = fine ? kFine : kStep;
  const moves: Record<string, [number, number]> = { ArrowLeft: [step, 0], ArrowRight: [-step, 0], ArrowUp: [0, step], ArrowDown: [0, -step] };
  const move = moves[key];
  if (move !== undefined) return dragged(size, view, ...move);
  if (key === '+' || key === '=') return zoomed(size, view, view.zoom * kFactor);
  if (key === '-' || key === '_') return zoomed(size, view, view.zoom / kFactor);
  return key === 'Home' || key === '0' ? kWhole : null;
}
