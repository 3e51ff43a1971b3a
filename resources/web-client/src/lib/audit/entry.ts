// An entry of the audit log taken apart for people. Pure.
import type { AuditEntry } from '../../api/types';

export interface Who {
  kind: 'user' | 'anonymous' | 'local' | 'other';
  /** The name of a person; the handle of a key, or the part of the server. */
  name: string;
  /** By which all entries of this person are found: names may change. */
  id: string;
}

export function whoOf(actor: string): Who {
  const user = /^user (.*) \((u[\w-]*)\)$/su.exec(actor);
  if (user) return { kind: 'user', name: user[1] ?? '', id: user[2] ?? '' };
  if (actor === 'anonymous' || actor === 'local') return { kind: actor, name: '', id: '' };
  return { kind: 'other', name: actor, id: '' };
}

/** "BanUser" of "matinee.v1.UserService/BanUser"; others go by their own name: "settings.change". */
export const actionOf = (action: string): string => /^matinee\.v\d+\.\w+\/(\w+)$/.exec(action)?.[1] ?? action;

/** For an action that has no words of its own: "BanUser" reads "Ban user". */
export function spaced(action: string): string {
  if (!/^[A-Z][A-Za-z0-9]*$/.test(action)) return action;
  const words = action.replace(/([a-z0-9])([A-Z])/g, '$1 $2');
  return words.charAt(0) + words.slice(1).toLowerCase();
}

/** How a call came and how it went; other entries say something of their own. */
export function outcomeOf(detail: string): { face: string; code: string } | null {
  const call = /^([a-z]+): ([a-z_]+)$/.exec(detail);
  return call ? { face: call[1] ?? '', code: call[2] ?? '' } : null;
}

export interface AuditChange {
  field: string;
  before: unknown;
  after: unknown;
}

/** null where it is no JSON object: then it is shown as it is. */
function objectOf(text: string): Record<string, unknown> | null {
  if (text === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

/** What was changed, a field at a time; null where the entry has something else than objects. */
export function changesOf({ before, after }: Pick<AuditEntry, 'before' | 'after'>): AuditChange[] | null {
  const was = objectOf(before);
  const is = objectOf(after);
  if (was === null || is === null) return null;
  const fields = [...new Set([...Object.keys(was), ...Object.keys(is)])];
  return fields.map((field) => ({ field, before: was[field], after: is[field] }));
}

export const isTime = (value: unknown): value is string =>
  typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?Z$/.test(value) && !Number.isNaN(Date.parse(value));
