// Which entries of the audit log one wants to see: as the form has it, as the address of the page has it, as the server wants it. Pure.

/** `since` and `until` as <input type="datetime-local"> has them, in the time of who looks; '' means any. */
export interface AuditFilter {
  actor: string;
  action: string;
  target: string;
  address: string;
  since: string;
  until: string;
}

const kNames = ['actor', 'action', 'target', 'address', 'since', 'until'] as const;
const kMostBytes = 256;

export const anyEntry = (): AuditFilter => ({ actor: '', action: '', target: '', address: '', since: '', until: '' });

export const isAny = (filter: AuditFilter): boolean => kNames.every((name) => filter[name].trim() === '');

/** Too long for the server, or a time that ends before it begins. */
export function filterProblem(filter: AuditFilter): 'long' | 'times' | null {
  const long = kNames.some((name) => new TextEncoder().encode(filter[name].trim()).length > kMostBytes);
  if (long) return 'long';
  return filter.since !== '' && filter.until !== '' && Date.parse(filter.since) >= Date.parse(filter.until) ? 'times' : null;
}

/** For the server: what is empty is left out, and times are those of the world. */
export function filterQuery(filter: AuditFilter): Record<string, string> {
  const query: Record<string, string> = {};
  for (const name of kNames) {
    const value = filter[name].trim();
    if (value === '') continue;
    if (name !== 'since' && name !== 'until') query[name] = value;
    else if (!Number.isNaN(Date.parse(value))) query[name] = new Date(value).toISOString();
  }
  return query;
}

/** For the address of the page, so that a reload and a link show the same. */
export function filterPath(filter: AuditFilter): string {
  const given = kNames.filter((name) => filter[name].trim() !== '').map((name) => [name, filter[name].trim()]);
  return given.length === 0 ? '/audit' : `/audit?${new URLSearchParams(given)}`;
}

export function filterOf(search: string): AuditFilter {
  const given = new URLSearchParams(search);
  const filter = anyEntry();
  for (const name of kNames) filter[name] = given.get(name) ?? '';
  for (const name of ['since', 'until'] as const) if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(filter[name])) filter[name] = '';
  return filter;
}
