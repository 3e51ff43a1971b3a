// What an API key may, and who may give what, as the server has it (server/accounts/scopes.cpp): nobody is offered what would be refused. Pure.
import type { ApiKey } from '../../api/types';

export const kScopes = ['streams:read', 'streams', 'server:read', 'users', 'audit:read', 'admin'] as const;
export type Scope = (typeof kScopes)[number];

/** Permissions that are worth a word; the others are everybody's. */
export const kPermissions = ['read_streams', 'manage_streams', 'read_server', 'manage_users', 'read_audit', 'manage_api_keys', 'administer'] as const;
export type Permission = (typeof kPermissions)[number];

const kAllows: Record<Scope, readonly Permission[]> = {
  'streams:read': ['read_streams'],
  streams: ['read_streams', 'manage_streams', 'read_server'],
  'server:read': ['read_server'],
  users: ['manage_users'],
  'audit:read': ['read_audit'],
  admin: kPermissions,
};

/** No key may more than its owner. */
export const scopesToGive = (permissions: readonly string[]): readonly Scope[] =>
  kScopes.filter((scope) => kAllows[scope].every((permission) => permissions.includes(permission)));

export const isScope = (text: string): text is Scope => (kScopes as readonly string[]).includes(text);

/** What the key allows now. */
export const allowedNow = ({ permissions }: Pick<ApiKey, 'permissions'>): readonly Permission[] => kPermissions.filter((one) => permissions.includes(one));

/** The role of its owner allows less than the key was made for. */
export const isShrunk = ({ scopes, permissions, state }: Pick<ApiKey, 'scopes' | 'permissions' | 'state'>): boolean =>
  state === 'active' && scopes.filter(isScope).some((scope) => kAllows[scope].some((permission) => !permissions.includes(permission)));

export const kLifetimes = { month: 2_592_000, quarter: 7_776_000, year: 31_536_000, ever: 0 } as const;
export type Lifetime = keyof typeof kLifetimes;

const kMostNameBytes = 100;

export type NameProblem = 'missing' | 'long';
export function keyNameProblem(name: string): NameProblem | null {
  if (name.trim() === '') return 'missing';
  return new TextEncoder().encode(name.trim()).length > kMostNameBytes ? 'long' : null;
}
