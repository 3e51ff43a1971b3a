// Addresses of media that the owner opens in the browser's own elements, which cannot send a key: private ones get a token that ends soon.
import { createPlaybackToken } from './api/calls';
import { withToken } from './routes';

const kHour = 3600;

export async function openableUrl(key: string | null, stream: { name: string; private: boolean }, path: string): Promise<string> {
  if (!stream.private) return path;
  const { token } = await createPlaybackToken(key, stream.name, kHour);
  return withToken(path, token);
}
