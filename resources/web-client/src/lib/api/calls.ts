// The calls of the server that this client makes, by name.
import { call } from './client';
import type { ClaimSetupResponse, ListStreamsResponse, Playback, Server, Stream } from '../../api/types';

const streamPath = (name: string): string => `/api/v1/streams/${encodeURIComponent(name)}`;

export const getServer = (): Promise<Server> => call('/api/v1/server');

export const getPlayback = (name: string, key: string | null): Promise<Playback> =>
  call(`/api/v1/playback/${encodeURIComponent(name)}`, { key, timeoutMs: 6000 });

export const claimSetup = (token: string): Promise<ClaimSetupResponse> => call('/api/v1/setup', { method: 'POST', body: { token } });

export async function listStreams(key: string): Promise<Stream[]> {
  const streams: Stream[] = [];
  let token = '';
  // 50 pages are more streams than one page could show with any use.
  for (let page = 0; page < 50; page++) {
    const query = new URLSearchParams({ page_size: '200', ...(token === '' ? {} : { page_token: token }) });
    const answer = await call<ListStreamsResponse>(`/api/v1/streams?${query}`, { key });
    streams.push(...(answer.streams ?? []));
    token = answer.next_page_token ?? '';
    if (token === '') break;
  }
  return streams;
}

export const createStream = (key: string, name: string, isPrivate: boolean): Promise<Stream> =>
  call('/api/v1/streams', { method: 'POST', body: { name, private: isPrivate }, key });

export const deleteStream = (key: string, name: string): Promise<void> => call(streamPath(name), { method: 'DELETE', key });

export const rotateStreamKey = (key: string, name: string): Promise<Stream> =>
  call(`${streamPath(name)}/rotate-key`, { method: 'POST', body: {}, key });

export const kickStream = (key: string, name: string, blockSeconds: number): Promise<Stream> =>
  call(`${streamPath(name)}/kick`, { method: 'POST', body: { block_seconds: blockSeconds }, key });
