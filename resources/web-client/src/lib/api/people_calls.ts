// What those who run the server do with accounts, by name of the call.
import { handleOf } from '../people/rules';
import { call } from './client';
import type {
  AccountData, Avatar, CreateInvitationRequest, CreateUserResponse, Invitation, ListInvitationsResponse, ListSessionsResponse, ListUsersResponse, OneTimeLink, User,
} from '../../api/types';

/** An account may have much to tell. */
const kExportMs = 60_000;
const path = (user: User): string => `/api/v1/users/${encodeURIComponent(handleOf(user))}`;

/** `state`: '' for all. */
export const listUsers = (search: string, state: string, pageSize: number, pageToken: string): Promise<ListUsersResponse> =>
  call(`/api/v1/users?${new URLSearchParams({ search, state, page_size: String(pageSize), page_token: pageToken })}`);

export const createUser = (name: string, role: string): Promise<CreateUserResponse> => call('/api/v1/users', { method: 'POST', body: { name, role } });

export const setUserRole = (user: User, role: string): Promise<User> => call(`${path(user)}/role`, { method: 'PUT', body: { role } });

/** 0 seconds: for good. */
export const banUser = (user: User, seconds: number, reason: string): Promise<User> =>
  call(`${path(user)}/ban`, { method: 'PUT', body: { seconds, reason } });

export const unbanUser = (user: User): Promise<User> => call(`${path(user)}/ban`, { method: 'DELETE' });

export const approveUser = (user: User): Promise<User> => call(`${path(user)}/approve`, { method: 'POST', body: {} });

export const createPasswordLink = (user: User): Promise<OneTimeLink> => call(`${path(user)}/password-link`, { method: 'POST', body: {} });

export const createInvitation = (wish: CreateInvitationRequest): Promise<Invitation> => call('/api/v1/invitations', { method: 'POST', body: wish });

export const listInvitations = (pageToken: string): Promise<ListInvitationsResponse> =>
  call(`/api/v1/invitations?${new URLSearchParams({ page_token: pageToken })}`);

export const revokeInvitation = (id: string): Promise<Invitation> => call(`/api/v1/invitations/${encodeURIComponent(id)}`, { method: 'DELETE' });

export const listUserSessions = (user: User): Promise<ListSessionsResponse> => call(`${path(user)}/sessions`);

export const revokeUserSessions = (user: User): Promise<void> => call(`${path(user)}/sessions`, { method: 'DELETE' });

export const revokeUserSession = (user: User, id: string): Promise<void> => call(`${path(user)}/sessions/${encodeURIComponent(id)}`, { method: 'DELETE' });

export const resetUserFactors = (user: User): Promise<User> => call(`${path(user)}/factors`, { method: 'DELETE' });

export const removeUserAvatar = (user: User): Promise<Avatar> => call(`${path(user)}/avatar`, { method: 'DELETE' });

export const deleteUser = (user: User): Promise<User> => call(path(user), { method: 'DELETE' });

export const restoreUser = (user: User): Promise<User> => call(`${path(user)}/restore`, { method: 'POST', body: {} });

export const exportUser = (user: User): Promise<AccountData> => call(`${path(user)}/data`, { timeoutMs: kExportMs });
