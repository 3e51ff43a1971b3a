// What an account has beside its password. Pure.
import type { Factors } from '../../api/types';

/**
 * Recovery codes stand in for a passkey or an app that was lost. Codes by mail are lost with the mailbox only: who has nothing but these is not
 * shown that none are left, nor offered new ones.
 */
export const hasRecoverable = ({ passkeys, totp_since, recovery_codes }: Pick<Factors, 'passkeys' | 'totp_since' | 'recovery_codes'>): boolean =>
  recovery_codes > 0 || totp_since !== undefined || passkeys.some((passkey) => passkey.works_here);
