// Who may do what to whose account, as the server has it, so that nobody is offered what would be refused; and spans of time. Pure.
import type { User } from '../../api/types';

export const kRoles = ['user', 'admin', 'root'] as const;
export type Role = (typeof kRoles)[number];

/** A root may handle everybody, an admin the accounts of users. The server has the last word. */
export const mayHandle = (actorRole: string, whoseRole: string): boolean => actorRole === 'root' || (actorRole === 'admin' && whoseRole === 'user');

/** Roles that this person may give. */
export const rolesToGive = (actorRole: string): readonly Role[] => kRoles.filter((role) => mayHandle(actorRole, role));

/**
 * By which the server is asked about somebody: the name, which people can read in the audit log. Not where it has the shape of an id: the server
 * takes it for one first.
 */
export const handleOf = ({ id, name }: Pick<User, 'id' | 'name'>): string => (/^u[a-z0-9]{15}$/i.test(name) ? id : name);

/** One or two letters for who has no picture. */
export function initials(name: string): string {
  const words = name.trim().split(/[\s._-]+/u).filter((word) => word !== '');
  const first = (word: string | undefined): string => [...(word ?? '')][0] ?? '';
  const letters = first(words[0]) + (words.length > 1 ? first(words[words.length - 1]) : '');
  return letters === '' ? '?' : letters.toLocaleUpperCase();
}

/** The same for the same name: which of the colours. */
export function tintOf(name: string, count: number): number {
  let sum = 2_166_136_261;
  for (const letter of name) sum = Math.imul(sum ^ (letter.codePointAt(0) ?? 0), 16_777_619) >>> 0;
  return (sum >>> 8) % count;
}

export const kBanSpans = { hour: 3600, day: 86_400, week: 604_800, month: 2_592_000 } as const;
export type BanSpan = keyof typeof kBanSpans | 'until' | 'good';
const kMostSeconds = 4_294_967_295;
const kMostReasonBytes = 500;

/** For the server, 0 being for good; null for an end that is none or is over. `until` as <input type="datetime-local"> has it. */
export function banSeconds(span: BanSpan, until: string, now: number): number | null {
  if (span === 'good') return 0;
  if (span !== 'until') return kBanSpans[span];
  const seconds = Math.ceil((Date.parse(until) - now) / 1000);
  return Number.isFinite(seconds) && seconds > 0 && seconds <= kMostSeconds ? seconds : null;
}

export const isReasonTooLong = (reason: string): boolean => new TextEncoder().encode(reason).length > kMostReasonBytes;

const kKeptMs = 90 * 86_400_000;

/** Until when a closed account can be brought back. */
export const keptUntil = (user: Pick<User, 'closed_at'>): Date | null => (user.closed_at === undefined ? null : new Date(Date.parse(user.closed_at) + kKeptMs));
