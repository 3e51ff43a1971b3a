import { ready, server } from '@serenity-kit/opaque';
import { beforeAll, expect, test } from 'vitest';
import { toBase64, toBase64Url } from './base64';
import { kSteps } from './opaque_steps';

beforeAll(() => ready);

const bytesIn = (base64: string): number => atob(base64).length;

/** A server of the package that has an account. */
function account(password: string): { setup: string; record: string } {
  const setup = server.createSetup();
  const { state, request } = kSteps.startRegistration(password);
  expect(bytesIn(request)).toBe(32);
  const { registrationResponse } = server.createRegistrationResponse({ serverSetup: setup, userIdentifier: 'u1', registrationRequest: toBase64Url(request) });
  const record = kSteps.finishRegistration(state, password, toBase64(registrationResponse));
  expect(bytesIn(record)).toBe(192);
  return { setup, record };
}

test('a password signs in where it was registered, and no other does', { timeout: 30_000 }, () => {
  const { setup, record } = account('correct horse');
  for (const [tried, fits] of [['correct horse', true], ['correct horsE', false]] as const) {
    const { state, ke1 } = kSteps.startLogin(tried);
    expect(bytesIn(ke1)).toBe(96);
    const { loginResponse } = server.startLogin({ serverSetup: setup, userIdentifier: 'u1', registrationRecord: toBase64Url(record), startLoginRequest: toBase64Url(ke1) });
    const ke3 = kSteps.finishLogin(state, tried, toBase64(loginResponse));
    expect(ke3 === null ? null : bytesIn(ke3)).toBe(fits ? 64 : null);
  }
});

test('an account that does not exist looks like a wrong password', { timeout: 30_000 }, () => {
  const { state, ke1 } = kSteps.startLogin('any');
  const { loginResponse } = server.startLogin({ serverSetup: server.createSetup(), userIdentifier: 'u2', registrationRecord: null, startLoginRequest: toBase64Url(ke1) });
  expect(kSteps.finishLogin(state, 'any', toBase64(loginResponse))).toBe(null);
});

test('messages change their alphabet and nothing else', () => {
  expect(toBase64('-_8')).toBe('+/8=');
  expect(toBase64('-_-_')).toBe('+/+/');
  expect(toBase64Url('+/8=')).toBe('-_8');
  for (const url of ['', 'AA', 'AAA', 'AAAA', '_-0']) expect(toBase64Url(toBase64(url))).toBe(url);
});
