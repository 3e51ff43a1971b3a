import { describe, expect, test } from 'vitest';
import { bytesOf, creationOptions, credentialJson, problemOf, requestOptions, textOf } from './webauthn';

const buffer = (...bytes: number[]): ArrayBuffer => new Uint8Array(bytes).buffer;
const numbers = (bytes: BufferSource): number[] => [...new Uint8Array(bytes as ArrayBuffer)];

describe('what the server sends', () => {
  test('is what the browser takes, with bytes for text', () => {
    const sent = {
      rp: { id: 'localhost', name: 'Matinee' }, user: { id: '-_8', name: 'mia', displayName: 'Mia' }, challenge: 'AAEC', attestation: 'none',
      pubKeyCredParams: [{ type: 'public-key', alg: -7 }], excludeCredentials: [{ type: 'public-key', id: 'AQ', transports: ['usb'] }], timeout: 60_000,
    };
    const options = creationOptions(JSON.stringify(sent));
    expect(numbers(options.challenge)).toEqual([0, 1, 2]);
    expect(numbers(options.user.id)).toEqual([251, 255]);
    expect(options.user.displayName).toBe('Mia');
    expect(options.excludeCredentials?.map(({ id, transports }) => [numbers(id), transports])).toEqual([[[1], ['usb']]]);
    expect([options.rp, options.timeout, options.pubKeyCredParams]).toEqual([sent.rp, 60_000, sent.pubKeyCredParams]);
  });

  test('may name no passkey: then the browser offers those that it has', () => {
    const options = requestOptions(JSON.stringify({ challenge: 'AAEC', rpId: 'localhost', allowCredentials: [], userVerification: 'required' }));
    expect([numbers(options.challenge), options.allowCredentials, options.userVerification]).toEqual([[0, 1, 2], [], 'required']);
    expect(requestOptions(JSON.stringify({ challenge: 'AA' })).allowCredentials).toEqual([]);
  });
});

describe('what a browser gives', () => {
  const made = (response: object): PublicKeyCredential => ({ id: 'AQI', type: 'public-key', rawId: buffer(1, 2), response }) as unknown as PublicKeyCredential;

  test('is written for the server: a new passkey with its transports', () => {
    const json = credentialJson(made({ clientDataJSON: buffer(251), attestationObject: buffer(255), getTransports: () => ['internal', 'hybrid'] }));
    expect(JSON.parse(json)).toEqual({
      id: 'AQI', rawId: 'AQI', type: 'public-key', clientExtensionResults: {},
      response: { clientDataJSON: '-w', attestationObject: '_w', transports: ['internal', 'hybrid'] },
    });
  });

  test('an answer, with and without whose it is', () => {
    const answer = { clientDataJSON: buffer(1), authenticatorData: buffer(2), signature: buffer(3) };
    expect(JSON.parse(credentialJson(made({ ...answer, userHandle: buffer(4) }))).response).toEqual({
      clientDataJSON: 'AQ', authenticatorData: 'Ag', signature: 'Aw', userHandle: 'BA',
    });
    expect(JSON.parse(credentialJson(made({ ...answer, userHandle: null }))).response).toEqual({ clientDataJSON: 'AQ', authenticatorData: 'Ag', signature: 'Aw' });
  });

  test('a password manager gives something like it', () => {
    const broken = (): never => {
      throw new TypeError('Illegal invocation');
    };
    const json = credentialJson(Object.assign(made({ clientDataJSON: { 0: 1, 1: 2 }, attestationObject: new Uint8Array([3]), getTransports: broken }), { toJSON: broken }));
    expect(JSON.parse(json).response).toEqual({ clientDataJSON: 'AQI', attestationObject: 'Aw', transports: [] });
  });
});

test('bytes come back as they went', () => {
  for (const size of [0, 1, 2, 3, 64, 1000]) {
    const bytes = Uint8Array.from({ length: size }, (_, i) => (i * 37) % 256);
    expect(numbers(bytesOf(textOf(bytes)))).toEqual([...bytes]);
    expect(textOf(bytes)).toBe(Buffer.from(bytes).toString('base64url'));
  }
});

test('why there was none is told apart as far as browsers do', () => {
  const named = (name: string): Error => Object.assign(new Error(), { name });
  expect(['NotAllowedError', 'AbortError', 'InvalidStateError', 'SecurityError', 'NotSupportedError', 'ConstraintError', 'TypeError'].map((name) => problemOf(named(name)))).toEqual([
    'stopped', 'stopped', 'present', 'address', 'device', 'device', 'failed',
  ]);
  expect(problemOf('no error at all')).toBe('failed');
});
