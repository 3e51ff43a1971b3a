// The calls of passkeys, authenticator apps and recovery codes, and of proving who one is by them, by name.
import { call } from './client';
import type {
  BeginPasskeyResponse, BeginPasskeySignInResponse, BeginSecondFactorPasskeyResponse, BeginStepUpResponse, BeginTotpResponse, Factors, FinishPasskeyResponse,
  FinishTotpResponse, Passkey, RecoveryCodes, SentCode, SignInResponse,
} from '../../api/types';

const kAnonymous = { method: 'POST', anonymous: true } as const;

export const getMyFactors = (): Promise<Factors> => call('/api/v1/me/factors');

export const beginPasskey = (): Promise<BeginPasskeyResponse> => call('/api/v1/me/passkeys', { method: 'POST', body: {} });

export const finishPasskey = (id: string, credentialJson: string, name: string): Promise<FinishPasskeyResponse> =>
  call('/api/v1/me/passkeys/finish', { method: 'POST', body: { registration_id: id, credential_json: credentialJson, name } });

export const renamePasskey = (id: string, name: string): Promise<Passkey> => call(`/api/v1/me/passkeys/${encodeURIComponent(id)}/name`, { method: 'PUT', body: { name } });

export const removePasskey = (id: string): Promise<void> => call(`/api/v1/me/passkeys/${encodeURIComponent(id)}`, { method: 'DELETE' });

export const beginTotp = (): Promise<BeginTotpResponse> => call('/api/v1/me/totp', { method: 'POST', body: {} });

export const finishTotp = (id: string, code: string): Promise<FinishTotpResponse> => call('/api/v1/me/totp/finish', { method: 'POST', body: { totp_id: id, code } });

export const removeTotp = (): Promise<void> => call('/api/v1/me/totp', { method: 'DELETE' });

export const makeRecoveryCodes = (): Promise<RecoveryCodes> => call('/api/v1/me/recovery-codes', { method: 'POST', body: {} });

export const beginPasskeySignIn = (): Promise<BeginPasskeySignInResponse> => call('/api/v1/sign-in/passkey', { ...kAnonymous, body: {} });

export const finishPasskeySignIn = (id: string, credentialJson: string): Promise<SignInResponse> =>
  call('/api/v1/sign-in/passkey/finish', { ...kAnonymous, body: { sign_in_id: id, credential_json: credentialJson } });

export const beginSecondFactorPasskey = (challengeId: string): Promise<BeginSecondFactorPasskeyResponse> =>
  call('/api/v1/sign-in/second-factor/passkey', { ...kAnonymous, body: { challenge_id: challengeId } });

export const sendSecondFactorCode = (challengeId: string): Promise<SentCode> =>
  call('/api/v1/sign-in/second-factor/mail-code', { ...kAnonymous, timeoutMs: 30_000, body: { challenge_id: challengeId } });

/** One of them. */
export type SecondProof = { totp_code: string } | { recovery_code: string } | { mail_code: string } | { credential_json: string };

export const finishSecondFactor = (challengeId: string, proof: SecondProof): Promise<SignInResponse> =>
  call('/api/v1/sign-in/second-factor', { ...kAnonymous, body: { challenge_id: challengeId, ...proof } });

/** `ke1` is '' where the password is not what it will be proved by. */
export const beginStepUp = (ke1: string): Promise<BeginStepUpResponse> => call('/api/v1/me/step-up', { method: 'POST', body: { ke1 } });

export const sendStepUpCode = (id: string): Promise<SentCode> => call('/api/v1/me/step-up/mail-code', { method: 'POST', timeoutMs: 30_000, body: { step_up_id: id } });

export const finishStepUp = (id: string, proof: { ke3: string } | Exclude<SecondProof, { recovery_code: string }>): Promise<void> =>
  call('/api/v1/me/step-up/finish', { method: 'POST', body: { step_up_id: id, ...proof } });
