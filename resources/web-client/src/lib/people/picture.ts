// A picture for an account: read by the browser where it can, and made a small square before it is sent.
import { squareOf, type View } from './crop';

/** What the server takes. */
export const kMostBytes = 4 * 1024 * 1024;
/** What a browser is asked to read: a photograph is smaller. */
const kMostRead = 64 * 1024 * 1024;
const kSide = 512;
const kQuality = 0.92;

/** Null where this browser cannot read it; the server may. */
export async function readPicture(file: Blob): Promise<ImageBitmap | null> {
  if (file.size > kMostRead || typeof createImageBitmap !== 'function') return null;
  try {
    return await createImageBitmap(file);
  } catch {
    return null;
  }
}

/** The square that is seen, on white, over the whole canvas. */
export function drawSquare(canvas: HTMLCanvasElement, picture: ImageBitmap, view: View): CanvasRenderingContext2D | null {
  const context = canvas.getContext('2d');
  if (context === null) return null;
  const { x, y, side } = squareOf(picture, view);
  context.imageSmoothingQuality = 'high';
  context.fillStyle = '#fff';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(picture, x, y, side, side, 0, 0, canvas.width, canvas.height);
  return context;
}

/** That square as a file: a JPEG of 512 by 512. */
export async function squareFile(picture: ImageBitmap, view: View): Promise<Blob | null> {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = kSide;
  if (drawSquare(canvas, picture, view) === null) return null;
  return new Promise((done) => canvas.toBlob(done, 'image/jpeg', kQuality));
}

/** For JSON. */
export async function base64Of(blob: Blob): Promise<string> {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  let text = '';
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text);
}
