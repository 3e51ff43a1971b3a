// Addresses of the pages. Pure.

export type Route =
  | { page: 'home' }
  | { page: 'watch'; name: string }
  | { page: 'numbers'; name: string }
  | { page: 'setup' }
  | { page: 'sign-in' }
  | { page: 'sign-up' }
  | { page: 'password' }
  | { page: 'oauth2'; name: string }
  | { page: 'account' }
  | { page: 'security' }
  | { page: 'keys' }
  | { page: 'data' }
  | { page: 'people' }
  | { page: 'audit' }
  | { page: 'reset' }
  | { page: 'verify' }
  | { page: 'studio' }
  | { page: 'missing' };

const kPlain = ['setup', 'sign-in', 'sign-up', 'password', 'reset', 'verify', 'account', 'studio', 'people', 'audit'] as const;
const kName = /^[a-z0-9_-]{1,64}$/;

export const kSecurityPath = '/account/security';
export const kKeysPath = '/account/keys';
export const kDataPath = '/account/data';

export const isStreamName = (name: string): boolean => kName.test(name);
export const watchPath = (name: string): string => `/watch/${name}`;
export const statsPath = (name: string): string => `/watch/${name}/stats`;

/** The playback token of a private stream's link, or ''. */
export const tokenOf = (search: string): string => new URLSearchParams(search).get('token') ?? '';
export const withToken = (path: string, token: string): string => (token === '' ? path : `${path}?${new URLSearchParams({ token })}`);

/** The token of a set-up link, an invitation, a password link or one of a letter, which the server never gets to see in an address; or ''. */
export const tokenInHash = (hash: string): string => decoded(hash.slice(1));

/** The sign-in page, and where to go from there. */
export const signInPath = (next: string): string => (next === '/' ? '/sign-in' : `/sign-in?${new URLSearchParams({ next })}`);

/** Where that is: a page of ours, and never another site. */
export function nextOf(search: string): string | null {
  const next = new URLSearchParams(search).get('next') ?? '';
  const path = /^[^?#]*/.exec(next)?.[0] ?? '';
  if (!/^\/[^/\\]/.test(path) || ['missing', 'sign-in', 'sign-up', 'setup', 'password', 'reset', 'verify', 'oauth2'].includes(routeOf(path).page)) return null;
  return next.replace(/#.*/, '');
}

export function routeOf(path: string): Route {
  const clean = path.length > 1 ? path.replace(/\/+$/, '') : path;
  if (clean === '' || clean === '/') return { page: 'home' };
  for (const page of kPlain) if (clean === `/${page}`) return { page };
  if (clean === kSecurityPath) return { page: 'security' };
  if (clean === kKeysPath) return { page: 'keys' };
  if (clean === kDataPath) return { page: 'data' };
  const callback = /^\/oauth2\/callback\/([a-z0-9]{1,32})$/.exec(clean);
  if (callback?.[1] !== undefined) return { page: 'oauth2', name: callback[1] };
  const watch = /^\/watch\/([^/]+)(\/stats)?$/.exec(clean);
  const name = watch?.[1] === undefined ? null : decoded(watch[1]).toLowerCase();
  return name !== null && isStreamName(name) ? { page: watch?.[2] === undefined ? 'watch' : 'numbers', name } : { page: 'missing' };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}

/** What somebody typed: a name, or a whole link that was pasted. */
export function streamNameFrom(typed: string): string | null {
  const text = typed.trim();
  const link = /\/watch\/([^/?#]+)/.exec(text);
  const name = (link?.[1] ?? text).toLowerCase().replace(/\s+/g, '-');
  return isStreamName(name) ? name : null;
}
