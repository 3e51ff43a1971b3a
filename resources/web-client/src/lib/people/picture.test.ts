import { afterEach, expect, test, vi } from 'vitest';
import { base64Of, readPicture } from './picture';

afterEach(() => vi.unstubAllGlobals());

test('what this browser cannot read is nothing to it', async () => {
  const file = new Blob([new Uint8Array(10)]);
  vi.stubGlobal('createImageBitmap', undefined);
  expect(await readPicture(file)).toBeNull();
  vi.stubGlobal('createImageBitmap', () => Promise.reject(new DOMException('', 'InvalidStateError')));
  expect(await readPicture(file)).toBeNull();
  const bitmap = { width: 4, height: 3 };
  vi.stubGlobal('createImageBitmap', () => Promise.resolve(bitmap));
  expect(await readPicture(file)).toBe(bitmap);
  expect(await readPicture({ size: 65 * 1024 * 1024 } as Blob)).toBeNull();
});

test('all bytes survive, also of a large file', async () => {
  const bytes = Uint8Array.from({ length: 100_000 }, (_, i) => (i * 31) % 256);
  const back = Uint8Array.from(atob(await base64Of(new Blob([bytes]))), (letter) => letter.charCodeAt(0));
  expect(back).toEqual(bytes);
});
