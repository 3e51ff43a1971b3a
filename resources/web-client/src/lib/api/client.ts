// One call to the server. Failures are values of one class, made from the server's problem documents (RFC 9457).

export class ApiError extends Error {
  constructor(
    /** The server's stable code ("not_found"), or "unreachable" when no answer came. */
    readonly code: string,
    readonly detail: string,
    readonly status: number,
    readonly retryAfterMs: number,
  ) {
    super(detail === '' ? code : detail);
    this.name = 'ApiError';
  }
}

export interface CallOptions {
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  body?: object;
  key?: string | null;
  timeoutMs?: number;
}

export async function call<T>(path: string, options: CallOptions = {}): Promise<T> {
  const headers: Record<string, string> = { Accept: 'application/json' };
  if (options.key) headers['Authorization'] = `Bearer ${options.key}`;
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
  try {
    const document = JSON.parse(text) as { code?: unknown; detail?: unknown };
    if (typeof document.code === 'string') code = document.code;
    if (typeof document.detail === 'string') detail = document.detail;
  } catch {
    // A proxy's own page: 502 and 504 mean that the server behind it is away.
    if (response.status === 502 || response.status === 504) code = 'unreachable';
  }
  return new ApiError(code, detail, response.status, retryAfterMs);
}

export function retryAfter(header: string | null): number {
  const seconds = Number(header ?? 0);
  return Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds, 300) * 1000 : 0;
}
