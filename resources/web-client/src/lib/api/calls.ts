// The calls of the server that this client makes, by name.
import { call } from './client';
import type {
  ListPushTargetsResponse, ListRecordingsResponse, ListStreamsResponse, Playback, PlaybackStatistics, PlaybackToken, Pull, PushTarget,
  Recording, RecordingState, Server, Stream,
} from '../../api/types';

const tokenQuery = (token: string): string => (token === '' ? '' : `?${new URLSearchParams({ token })}`);
const streamPath = (name: string): string => `/api/v1/streams/${encodeURIComponent(name)}`;

export const getServer = (): Promise<Server> => call('/api/v1/server');

export const getPlayback = (name: string, key: string | null, token: string): Promise<Playback> =>
  call(`/api/v1/playback/${encodeURIComponent(name)}${tokenQuery(token)}`, { key, timeoutMs: 6000 });

export const getStatistics = (name: string, key: string | null, token: string): Promise<PlaybackStatistics> =>
  call(`/api/v1/playback/${encodeURIComponent(name)}/statistics${tokenQuery(token)}`, { key, timeoutMs: 5000 });

export async function listStreams(key: string | null): Promise<Stream[]> {
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

export const createStream = (key: string | null, name: string, isPrivate: boolean): Promise<Stream> =>
  call('/api/v1/streams', { method: 'POST', body: { name, private: isPrivate }, key });

export const getStream = (key: string | null, name: string): Promise<Stream> => call(streamPath(name), { key });

export const deleteStream = (key: string | null, name: string): Promise<void> => call(streamPath(name), { method: 'DELETE', key });

export const rotateStreamKey = (key: string | null, name: string): Promise<Stream> =>
  call(`${streamPath(name)}/rotate-key`, { method: 'POST', body: {}, key });

export const kickStream = (key: string | null, name: string, blockSeconds: number): Promise<Stream> =>
  call(`${streamPath(name)}/kick`, { method: 'POST', body: { block_seconds: blockSeconds }, key });

export const setStreamOpen = (key: string | null, name: string, open: boolean): Promise<Stream> =>
  call(`${streamPath(name)}/${open ? 'start' : 'stop'}`, { method: 'POST', body: {}, key });

export const createPlaybackToken = (key: string | null, name: string, seconds: number): Promise<PlaybackToken> =>
  call(`${streamPath(name)}/playback-tokens`, { method: 'POST', body: { ttl_seconds: seconds }, key });

export const getRecordingState = (key: string | null, name: string): Promise<RecordingState> => call(`${streamPath(name)}/recording`, { key });

export const setRecording = (key: string | null, name: string, on: boolean): Promise<RecordingState> =>
  call(`${streamPath(name)}/recording/${on ? 'start' : 'stop'}`, { method: 'POST', body: {}, key });

export const listRecordings = (key: string | null, name: string, pageToken: string): Promise<ListRecordingsResponse> =>
  call(`/api/v1/recordings?${new URLSearchParams({ stream: name, page_size: '20', ...(pageToken === '' ? {} : { page_token: pageToken }) })}`, { key });

export const deleteRecording = (key: string | null, id: string): Promise<void> =>
  call(`/api/v1/recordings/${encodeURIComponent(id)}`, { method: 'DELETE', key });

export const createClip = (key: string | null, name: string, lastSeconds: number): Promise<Recording> =>
  call(`${streamPath(name)}/clips`, { method: 'POST', body: { last_seconds: lastSeconds }, key });

export const getPull = (key: string | null, name: string): Promise<Pull> => call(`${streamPath(name)}/pull`, { key });

export const putPull = (key: string | null, name: string, address: string, mode: string): Promise<Pull> =>
  call(`${streamPath(name)}/pull`, { method: 'PUT', body: { address, mode }, key });

export const deletePull = (key: string | null, name: string): Promise<void> => call(`${streamPath(name)}/pull`, { method: 'DELETE', key });

export const listPushTargets = async (key: string | null, name: string): Promise<PushTarget[]> =>
  (await call<ListPushTargetsResponse>(`${streamPath(name)}/push-targets`, { key })).push_targets ?? [];

export const createPushTarget = (key: string | null, name: string, address: string): Promise<PushTarget> =>
  call(`${streamPath(name)}/push-targets`, { method: 'POST', body: { address }, key });

export const deletePushTarget = (key: string | null, name: string, id: string): Promise<void> =>
  call(`${streamPath(name)}/push-targets/${encodeURIComponent(id)}`, { method: 'DELETE', key });
