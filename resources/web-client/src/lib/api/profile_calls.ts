// What people say of themselves, whom they block, and what the server has of them, by name of the call.
import { call } from './client';
import type { AccountData, Avatar, BlockedUser, ListBlockedUsersResponse, Profile, User } from '../../api/types';

const kExportMs = 60_000;

export const getProfile = (): Promise<Profile> => call('/api/v1/me/profile');

/** What is left out stays as it is. */
export const updateProfile = (change: Partial<Profile>): Promise<Profile> => call('/api/v1/me/profile', { method: 'PATCH', body: change });

export const listBlocked = async (): Promise<BlockedUser[]> => (await call<ListBlockedUsersResponse>('/api/v1/me/blocks')).users ?? [];

/** A whole file in base64. The server makes a small square of it. */
export const setMyAvatar = (image: string): Promise<Avatar> => call('/api/v1/me/avatar', { method: 'PUT', body: { image }, timeoutMs: kExportMs });

export const removeMyAvatar = (): Promise<Avatar> => call('/api/v1/me/avatar', { method: 'DELETE' });

/** By name or id. */
export const blockUser = (user: string): Promise<void> => call(`/api/v1/me/blocks/${encodeURIComponent(user)}`, { method: 'PUT', body: {} });

export const unblockUser = (user: string): Promise<void> => call(`/api/v1/me/blocks/${encodeURIComponent(user)}`, { method: 'DELETE' });

export const exportMyData = (): Promise<AccountData> => call('/api/v1/me/data', { timeoutMs: kExportMs });

/** `name` is the one of this account, typed once more. */
export const closeMyAccount = (name: string): Promise<User> => call('/api/v1/me/close', { method: 'POST', body: { name } });
