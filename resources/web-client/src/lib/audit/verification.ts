// Following the chain of the audit log to its end, a piece at a time. What asks the server is handed in.
import type { VerifyAuditResponse } from '../../api/types';

export interface Verdict {
  /** "stopped": the person did not want to wait. */
  state: 'whole' | 'broken' | 'stopped';
  checked: number;
  /** The answer that ended it; null where it was stopped before one. */
  last: VerifyAuditResponse | null;
}

export interface Steps {
  piece: (continueToken: string) => Promise<VerifyAuditResponse>;
  onprogress: (checked: number) => void;
  isStopped: () => boolean;
}

export async function followChain({ piece, onprogress, isStopped }: Steps): Promise<Verdict> {
  let token = '';
  let checked = 0;
  let last: VerifyAuditResponse | null = null;
  while (!isStopped()) {
    last = await piece(token);
    checked += last.checked;
    onprogress(checked);
    if (last.state === 'whole' || last.state === 'broken') return { state: last.state, checked, last };
    // A server that gives the same piece again would be asked for ever.
    if (last.continue_token === '' || last.continue_token === token) throw new Error('The server does not go on with the verification.');
    token = last.continue_token;
  }
  return { state: 'stopped', checked, last };
}

/** How many entries there are to check: their numbers have no gaps, but for those whose time was over. */
export const entriesBetween = (newestPlace: string | undefined, removedThrough: string | undefined): number =>
  Math.max(0, Number(newestPlace ?? 0) - Number(removedThrough ?? 0));
