// The calls of signing in by an account at another service, by name.
import { call, renewal } from './client';
import type { BeginOAuth2Response, FinishOAuth2Response, ListIdentitiesResponse, ListProvidersResponse } from '../../api/types';

// The server asks the other one meanwhile, several times.
const kTimeoutMs = 60_000;

export const listProviders = (): Promise<ListProvidersResponse> => call('/api/v1/oauth2/providers', { anonymous: true });

export const beginOAuth2 = (provider: string, returnTo: string): Promise<BeginOAuth2Response> =>
  call('/api/v1/oauth2/begin', { method: 'POST', anonymous: true, timeoutMs: kTimeoutMs, body: { provider, return_to: returnTo } });

/** `search` as the browser came back with it. Once: what was sent is good no more, whatever comes of it. */
export async function finishOAuth2(provider: string, search: string, language: string): Promise<FinishOAuth2Response> {
  const given = new URLSearchParams(search);
  const body: Record<string, string> = { provider, language };
  for (const name of ['state', 'code', 'iss', 'error']) body[name] = given.get(name) ?? '';
  await renewal.keepFresh(); // who links an account does so as who is signed in
  return call('/api/v1/oauth2/finish', { method: 'POST', anonymous: true, timeoutMs: kTimeoutMs, body });
}

export const listIdentities = (): Promise<ListIdentitiesResponse> => call('/api/v1/me/identities');

/** As beginOAuth2, in the name of who is signed in. */
export const beginIdentityLink = (provider: string, returnTo: string): Promise<BeginOAuth2Response> =>
  call('/api/v1/me/identities', { method: 'POST', timeoutMs: kTimeoutMs, body: { provider, return_to: returnTo } });

export const unlinkIdentity = (id: string): Promise<void> => call(`/api/v1/me/identities/${encodeURIComponent(id)}`, { method: 'DELETE' });
