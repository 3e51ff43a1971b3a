// The calls of accounts, by name.
import { call } from './client';
import type {
  BeginPasswordChangeResponse, BeginPasswordSignInResponse, BeginSignUpResponse, ListSessionsResponse, SignInResponse, User,
} from '../../api/types';

// Who has not come in yet has nothing to renew.
const kAnonymous = { method: 'POST', anonymous: true } as const;

/** `mailAddress` is '' where none is wanted. */
export const beginSignUp = (name: string, registrationRequest: string, linkToken: string, mailAddress: string): Promise<BeginSignUpResponse> =>
  call('/api/v1/sign-up', {
    ...kAnonymous,
    body: { name, registration_request: registrationRequest, link_token: linkToken, ...(mailAddress === '' ? {} : { mail_address: mailAddress }) },
  });

export const finishSignUp = (id: string, registrationRecord: string, language: string): Promise<SignInResponse> =>
  call('/api/v1/sign-up/finish', { ...kAnonymous, body: { sign_up_id: id, registration_record: registrationRecord, language } });

export const beginPasswordSignIn = (name: string, ke1: string): Promise<BeginPasswordSignInResponse> =>
  call('/api/v1/sign-in/password', { ...kAnonymous, body: { name, ke1 } });

export const finishPasswordSignIn = (id: string, ke3: string): Promise<SignInResponse> =>
  call('/api/v1/sign-in/password/finish', { ...kAnonymous, body: { sign_in_id: id, ke3 } });

export const signOut = (): Promise<void> => call('/api/v1/session/sign-out', { method: 'POST', body: {} });

export const getMe = (): Promise<User> => call('/api/v1/me');

export const listMySessions = (): Promise<ListSessionsResponse> => call('/api/v1/me/sessions');

export const revokeMySession = (id: string): Promise<void> => call(`/api/v1/me/sessions/${encodeURIComponent(id)}`, { method: 'DELETE' });

export const revokeMyOtherSessions = (): Promise<void> => call('/api/v1/me/sessions/revoke-others', { method: 'POST', body: {} });

/** `ke1` is '' for an account that has no password yet. */
export const beginPasswordChange = (ke1: string, registrationRequest: string): Promise<BeginPasswordChangeResponse> =>
  call('/api/v1/me/password', { method: 'POST', body: { ke1, registration_request: registrationRequest } });

export const finishPasswordChange = (id: string, ke3: string, registrationRecord: string): Promise<void> =>
  call('/api/v1/me/password/finish', { method: 'POST', body: { change_id: id, ke3, registration_record: registrationRecord } });
