import { expect, test } from 'vitest';
import { clamped, dragged, keyed, kMostZoom, kWhole, sliderOf, squareOf, zoomed, zoomOf, type View } from './crop';

const kWide = { width: 400, height: 200 };
const kHigh = { width: 100, height: 300 };

test('at first it is the square in the middle', () => {
  expect(squareOf(kWide, kWhole)).toEqual({ x: 100, y: 0, side: 200 });
  expect(squareOf(kHigh, kWhole)).toEqual({ x: 0, y: 100, side: 100 });
});

test('the picture goes with the hand, to its edges', () => {
  expect(squareOf(kWide, dragged(kWide, kWhole, 0.25, 0.5))).toEqual({ x: 50, y: 0, side: 200 });
  expect(squareOf(kWide, dragged(kWide, kWhole, 9, 9))).toEqual({ x: 0, y: 0, side: 200 });
  expect(squareOf(kWide, dragged(kWide, kWhole, -9, -9))).toEqual({ x: 200, y: 0, side: 200 });
});

test('the place under the pointer stays there', () => {
  const near = zoomed(kWide, kWhole, 2, 0, 0);
  expect(squareOf(kWide, near)).toEqual({ x: 100, y: 0, side: 100 });
  expect(squareOf(kWide, zoomed(kWide, near, 1, 0, 0))).toEqual({ x: 100, y: 0, side: 200 });
  expect(squareOf(kWide, zoomed(kWide, kWhole, 4))).toEqual({ x: 175, y: 75, side: 50 });
});

test('nothing beyond the picture is ever seen', () => {
  let view: View = kWhole;
  let seed = 7;
  const random = (): number => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
  for (let i = 0; i < 2000; i++) {
    view = i % 2 === 0 ? dragged(kHigh, view, random() * 4 - 2, random() * 4 - 2) : zoomed(kHigh, view, random() * 12, random(), random());
    const { x, y, side } = squareOf(kHigh, view);
    expect(x).toBeGreaterThanOrEqual(-1e-9);
    expect(y).toBeGreaterThanOrEqual(-1e-9);
    expect(x + side).toBeLessThanOrEqual(kHigh.width + 1e-9);
    expect(y + side).toBeLessThanOrEqual(kHigh.height + 1e-9);
    expect(view.zoom).toBeGreaterThanOrEqual(1);
    expect(view.zoom).toBeLessThanOrEqual(kMostZoom);
  }
  expect(clamped(kWide, { x: 0, y: 0, zoom: 0 })).toEqual({ x: 0.25, y: 0.5, zoom: 1 });
});

test('keys move, zoom and begin anew; others are left alone', () => {
  expect(keyed(kWide, kWhole, 'ArrowLeft', false)?.x).toBeLessThan(0.5);
  expect(keyed(kWide, kWhole, 'ArrowRight', false)?.x).toBeGreaterThan(0.5);
  expect(keyed(kHigh, kWhole, 'ArrowUp', true)?.y).toBeLessThan(0.5);
  expect(keyed(kHigh, kWhole, 'ArrowDown', true)?.y).toBeGreaterThan(0.5);
  expect(keyed(kWide, kWhole, '+', false)?.zoom).toBeGreaterThan(1);
  expect(keyed(kWide, { ...kWhole, zoom: 2 }, '-', false)?.zoom).toBeLessThan(2);
  expect(keyed(kWide, { x: 0.4, y: 0.5, zoom: 3 }, 'Home', false)).toEqual(kWhole);
  for (const key of ['Tab', 'Enter', 'Escape', 'a']) expect(keyed(kWide, kWhole, key, false)).toBeNull();
});

test('the slider goes over the whole of the zoom', () => {
  expect(zoomOf(0)).toBe(1);
  expect(zoomOf(100)).toBe(kMostZoom);
  for (const slider of [0, 25, 50, 99]) expect(sliderOf(zoomOf(slider))).toBeCloseTo(slider);
});
