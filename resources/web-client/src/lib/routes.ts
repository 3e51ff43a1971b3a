// Addresses of the pages. Pure.

export type Route =
  | { page: 'home' }
  | { page: 'watch'; name: string }
  | { page: 'numbers'; name: string }
  | { page: 'setup' }
  | { page: 'studio' }
  | { page: 'missing' };

const kName = /^[a-z0-9_-]{1,64}$/;

export const isStreamName = (name: string): boolean => kName.test(name);
export const watchPath = (name: string): string => `/watch/${name}`;
export const statsPath = (name: string): string => `/watch/${name}/stats`;

/** The playback token of a private stream's link, or ''. */
export const tokenOf = (search: string): string => new URLSearchParams(search).get('token') ?? '';
export const withToken = (path: string, token: string): string => (token === '' ? path : `${path}?${new URLSearchParams({ token })}`);

export function routeOf(path: string): Route {
  const clean = path.length > 1 ? path.replace(/\/+$/, '') : path;
  if (clean === '' || clean === '/') return { page: 'home' };
  if (clean === '/setup') return { page: 'setup' };
  if (clean === '/studio') return { page: 'studio' };
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
