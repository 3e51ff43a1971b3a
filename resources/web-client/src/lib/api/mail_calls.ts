// The calls of mail addresses and of what the links in letters lead to, by name.
import { call } from './client';
import type { ConfirmMailAddressResponse, MailAddress, MailAddresses } from '../../api/types';

const kAddresses = '/api/v1/me/mail-addresses';
const one = (id: string): string => `${kAddresses}/${encodeURIComponent(id)}`;

export const listMyMailAddresses = (): Promise<MailAddresses> => call(kAddresses);

export const addMyMailAddress = (address: string): Promise<MailAddress> => call(kAddresses, { method: 'POST', body: { address } });

export const sendMyMailAddressLetter = (id: string): Promise<void> => call(`${one(id)}/letter`, { method: 'POST', body: {} });

export const makeMyMailAddressPrimary = (id: string): Promise<MailAddress> => call(`${one(id)}/primary`, { method: 'PUT', body: {} });

export const removeMyMailAddress = (id: string): Promise<void> => call(one(id), { method: 'DELETE' });

export const setMyLetters = (what: { new_device_letters: boolean } | { mail_codes: boolean }): Promise<MailAddresses> =>
  call('/api/v1/me/letters', { method: 'PUT', body: what });

export const confirmMailAddress = (token: string): Promise<ConfirmMailAddressResponse> =>
  call('/api/v1/mail-addresses/confirm', { method: 'POST', anonymous: true, body: { token } });

export const requestPasswordReset = (account: string): Promise<void> => call('/api/v1/password-reset', { method: 'POST', anonymous: true, body: { account } });
