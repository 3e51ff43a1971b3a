// One call to the server. Failures are values of one class, made from the server's problem documents (RFC 9457). Who is signed in goes
// along as cookies, which scripts do not see; X-Matinee-Web makes them count.
import { keep } from '../keep';
import { Renewal } from './renewal';
import { stepUp } from './step_up';

export class ApiError extends Error {
  constructor(
    /** The server's stable code ("not_found"), or "unreachable" when no answer came. */
    readonly code: string,
    readonly detail: string,
    readonly status: number,
    readonly retryAfterMs: number,
    /** What of the request it is about, or ''. */
    readonly field: string = '',
  ) {
    super(detail === '' ? code : detail);
    this.name = 'ApiError';
  }
}

export interface CallOptions {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  body?: object;
  /** An API key. Without one, the call is that of who is signed in. */
  key?: string | null;
  timeoutMs?: number;
  /** Not in the name of who is signed in: a 401 is an answer and no reason to renew the session. */
  anonymous?: boolean;
}

/** The header by which media and pictures are asked for; none where the cookies say it. */
export const authorization = (key: string | null): Record<string, string> => (key === null ? {} : { Authorization: `Bearer ${key}` });

export async function call<T>(path: string, options: CallOptions = {}): Promise<T> {
  if (options.key || options.anonymous === true) return once(path, options);
  try {
    return await inSession<T>(path, options);
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 'step_up_required' || !(await stepUp.ask())) throw error;
  }
  return inSession(path, options);
}

async function inSession<T>(path: string, options: CallOptions): Promise<T> {
  await renewal.keepFresh();
  const since = Date.now();
  try {
    return await once<T>(path, options);
  } catch (error) {
    const lapsed = error instanceof ApiError && error.status === 401 && renewal.isOn;
    if (!lapsed || !(await renewal.renew(since))) throw error;
  }
  return once(path, options);
}

export const renewal = new Renewal({
  refresh: () => once('/api/v1/session/refresh', { method: 'POST', body: {} }),
  isFinal: (error) => error instanceof ApiError && error.status >= 400 && error.status < 500 && error.status !== 408 && error.status !== 429,
  now: () => Date.now(),
  note: {
    get: () => Number(keep.get('session') ?? NaN) || null,
    set: (at) => keep.set('session', String(at)),
    remove: () => keep.remove('session'),
  },
  // Browsers have locks over https and on localhost. Elsewhere each tab is alone, and the server bears with a few at once.
  exclusively: async <T>(work: () => Promise<T>): Promise<T> => ('locks' in navigator ? await navigator.locks.request<Promise<T>>('matinee.session', work) : work()),
});

async function once<T>(path: string, options: CallOptions): Promise<T> {
  const headers: Record<string, string> = { Accept: 'application/json', 'X-Matinee-Web': '1', ...authorization(options.key || null) };
  if (options.body) headers['Content-Type'] = 'application/json';
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), options.timeoutMs ?? 10_000);
  try {
    const response = await fetch(path, {
      method: options.method ?? 'GET',
      headers,
      body: options.body ? JSON.stringify(options.body) : null,
      signal: abort.signal,
      cache: 'no-store',
      credentials: 'same-origin',
    });
    const text = await response.text();
    if (!response.ok) throw problem(response, text);
    return parsed<T>(text);
  } catch (error) {
    if (error instanceof ApiError) throw error;
    throw new ApiError('unreachable', '', 0, 0);
  } finally {
    clearTimeout(timer);
  }
}

function parsed<T>(text: string): T {
  if (text === '') return {} as T;
  try {
    return JSON.parse(text) as T;
  } catch {
    // Something between us and the server answered in its place.
    throw new ApiError('unreachable', '', 0, 0);
  }
}

function problem(response: Response, text: string): ApiError {
  const retryAfterMs = retryAfter(response.headers.get('Retry-After'));
  let code = response.status >= 500 ? 'unavailable' : 'internal';
  let detail = '';
  let field = '';
  try {
    const document = JSON.parse(text) as { code?: unknown; detail?: unknown; field?: unknown };
    if (typeof document.code === 'string') code = document.code;
    if (typeof document.detail === 'string') detail = document.detail;
    if (typeof document.field === 'string') field = document.field;
  } catch {
    // A proxy's own page: 502 and 504 mean that the server behind it is away.
    if (response.status === 502 || response.status === 504) code = 'unreachable';
  }
  return new ApiError(code, detail, response.status, retryAfterMs, field);
}

export function retryAfter(header: string | null): number {
  const seconds = Number(header ?? 0);
  return Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds, 3600) * 1000 : 0;
}
