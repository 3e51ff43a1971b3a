// What an invitation may be, as the server has it. Pure.
import type { Invitation } from '../../api/types';

export const kInvitationSpans = { day: 86_400, week: 604_800, month: 2_592_000, quarter: 7_776_000 } as const;
export type InvitationSpan = keyof typeof kInvitationSpans;
export const kMostUses = 100;
const kMostNoteBytes = 200;

/** null for what is no number from 1 to 100. */
export function usesOf(typed: string): number | null {
  const uses = /^\s*\d{1,3}\s*$/.test(typed) ? Number(typed) : 0;
  return uses >= 1 && uses <= kMostUses ? uses : null;
}

export const isNoteTooLong = (note: string): boolean => new TextEncoder().encode(note).length > kMostNoteBytes;

export const isOpen = ({ state }: Pick<Invitation, 'state'>): boolean => state === 'open';
