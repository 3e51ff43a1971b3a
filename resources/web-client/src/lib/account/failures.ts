// What went wrong with an account, in words. None of them tells whether an account exists.
import { ApiError } from '../api/client';
import { errorText } from '../errors';
import { language, t } from '../i18n.svelte';
import { OpaqueUnavailable } from './opaque';
import { PasskeyError } from './webauthn';

/** "40 seconds", "5 minutes". */
function span(ms: number): string {
  const seconds = Math.max(1, Math.ceil(ms / 1000));
  const [value, unit] = seconds < 90 ? [seconds, 'second'] : [Math.ceil(seconds / 60), 'minute'];
  return new Intl.NumberFormat(language.current, { style: 'unit', unit, unitDisplay: 'long' }).format(value as number);
}

export function accountFailure(error: unknown): string {
  if (error instanceof OpaqueUnavailable) return t('account.browser');
  if (error instanceof PasskeyError) return t(`passkey.${error.problem}`);
  if (!(error instanceof ApiError)) return errorText(error);
  if (error.code === 'rate_limited' && error.retryAfterMs > 0) return t('account.wait', { time: span(error.retryAfterMs) });
  // A ban, a review, a door that is closed: the server says which, and what to do.
  if ((error.code === 'permission_denied' || error.code === 'failed_precondition') && error.detail !== '') return t('account.refused', { detail: error.detail });
  return errorText(error);
}

export const signInFailure = (error: unknown): string =>
  error instanceof ApiError && error.code === 'unauthenticated' ? t('signin.wrong') : accountFailure(error);

export const passkeySignInFailure = (error: unknown): string =>
  error instanceof ApiError && error.code === 'unauthenticated' ? t('signin.passkey.wrong') : accountFailure(error);
