// What this browser can do. Only the plain MediaSource counts: iPhones have a managed one, and play HLS better by themselves.
import type { Capabilities } from './choose';

export function browserCapabilities(): Capabilities {
  const mse = typeof MediaSource === 'function' && typeof ReadableStream === 'function';
  return { mse, nativeHls: document.createElement('video').canPlayType('application/vnd.apple.mpegurl') !== '' };
}

export function isTypeSupported(mime: string): boolean {
  if (typeof MediaSource === 'function') return MediaSource.isTypeSupported(mime);
  return document.createElement('video').canPlayType(mime) !== '';
}
