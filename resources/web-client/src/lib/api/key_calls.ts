// The calls of API keys: one's own, and all that there are for who may manage them.
import { call } from './client';
import type { ApiKey, ListApiKeysResponse, ListMyApiKeysResponse } from '../../api/types';

/** 0 seconds: without an end. The key itself is in this answer and never again. */
export const createMyKey = (name: string, scopes: readonly string[], seconds: number): Promise<ApiKey> =>
  call('/api/v1/me/api-keys', { method: 'POST', body: { name, scopes: [...scopes], expires_in_seconds: seconds } });

export const listMyKeys = async (): Promise<ApiKey[]> => (await call<ListMyApiKeysResponse>('/api/v1/me/api-keys')).keys ?? [];

export const revokeMyKey = (id: string): Promise<void> => call(`/api/v1/me/api-keys/${encodeURIComponent(id)}`, { method: 'DELETE' });

export const listAllKeys = async (): Promise<ApiKey[]> => (await call<ListApiKeysResponse>('/api/v1/api-keys')).keys ?? [];

export const revokeKey = (id: string): Promise<void> => call(`/api/v1/api-keys/${encodeURIComponent(id)}`, { method: 'DELETE' });
