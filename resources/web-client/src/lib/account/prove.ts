// By what somebody can prove who they are: the second step of a sign-in, and once more before something dangerous. Pure.

const kWays = ['passkey', 'password', 'totp', 'mail_code', 'recovery_code'] as const;
export type Way = (typeof kWays)[number];

export type Proof = { way: 'password'; password: string } | { way: 'passkey'; credentialJson: string } | { way: CodeWay; code: string };
export type CodeWay = 'totp' | 'mail_code' | 'recovery_code';

/** It was not right. In words of the place where it was tried. */
export class WrongProof extends Error {}

/** Of what the server offers, what works here and this page knows; the easiest first. */
export const waysOf = (kinds: readonly string[], hasPasskeys: boolean): Way[] => kWays.filter((way) => kinds.includes(way) && (way !== 'passkey' || hasPasskeys));

/** As it was meant: codes are shown with gaps. null: it cannot be one. */
export function codeOf(way: CodeWay, typed: string): string | null {
  const code = typed.normalize('NFKC').replace(/[\s\u2010-\u2015-]+/g, '');
  if (way === 'recovery_code') return /^[0-9a-z]{16}$/i.test(code) ? code : null;
  return /^\d{6}$/.test(code) ? code : null;
}
