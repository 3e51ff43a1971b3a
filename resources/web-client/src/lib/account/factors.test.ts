import { expect, test } from 'vitest';
import type { Passkey } from '../../api/types';
import { hasRecoverable } from './factors';

const passkey = (worksHere: boolean): Passkey => ({ id: 'p1', name: 'Laptop', synchronised: false, works_here: worksHere });

test('recovery codes are for who has a passkey of here, an app, or codes already', () => {
  expect(hasRecoverable({ passkeys: [passkey(true)], recovery_codes: 0 })).toBe(true);
  expect(hasRecoverable({ passkeys: [], totp_since: '2026-01-01T00:00:00Z', recovery_codes: 0 })).toBe(true);
  expect(hasRecoverable({ passkeys: [], recovery_codes: 3 })).toBe(true);
});

test('codes by mail alone need none', () => {
  expect(hasRecoverable({ passkeys: [], recovery_codes: 0 })).toBe(false);
  expect(hasRecoverable({ passkeys: [passkey(false)], recovery_codes: 0 })).toBe(false);
});
