// Passkeys in the browser: what the server's `_json` fields hold, to and from navigator.credentials.
import { toBase64, toBase64Url } from './base64';

/** Why the browser made or gave no passkey. */
export type PasskeyProblem = 'stopped' | 'present' | 'address' | 'device' | 'failed';

export class PasskeyError extends Error {
  constructor(
    readonly problem: PasskeyProblem,
    cause: unknown,
  ) {
    super(`${problem}: ${String(cause)}`);
    this.name = 'PasskeyError';
  }
}

export function bytesOf(base64Url: string): ArrayBuffer {
  const text = atob(toBase64(base64Url));
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes.buffer;
}

/** Buffers of another realm are none of ours, and some password managers give numbered members in place of buffers. */
export function textOf(bytes: unknown): string {
  let all: Iterable<number>;
  if (ArrayBuffer.isView(bytes)) all = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  else if (Object.prototype.toString.call(bytes) === '[object ArrayBuffer]') all = new Uint8Array(bytes as ArrayBuffer);
  else all = Object.values((bytes ?? {}) as Record<string, number>);
  let text = '';
  for (const byte of all) text += String.fromCharCode(byte);
  return toBase64Url(btoa(text));
}

interface NamedCredential {
  type: 'public-key';
  id: string;
  transports?: AuthenticatorTransport[];
}
type CreationJson = Omit<PublicKeyCredentialCreationOptions, 'challenge' | 'user' | 'excludeCredentials'> & {
  challenge: string;
  user: { id: string; name: string; displayName: string };
  excludeCredentials?: NamedCredential[];
};
type RequestJson = Omit<PublicKeyCredentialRequestOptions, 'challenge' | 'allowCredentials'> & { challenge: string; allowCredentials?: NamedCredential[] };

const opened = (named: readonly NamedCredential[] = []): PublicKeyCredentialDescriptor[] => named.map((one) => ({ ...one, id: bytesOf(one.id) }));

export function creationOptions(json: string): PublicKeyCredentialCreationOptions {
  const given = JSON.parse(json) as CreationJson;
  const { user, challenge, excludeCredentials } = given;
  return { ...given, challenge: bytesOf(challenge), user: { ...user, id: bytesOf(user.id) }, excludeCredentials: opened(excludeCredentials) };
}

export function requestOptions(json: string): PublicKeyCredentialRequestOptions {
  const given = JSON.parse(json) as RequestJson;
  return { ...given, challenge: bytesOf(given.challenge), allowCredentials: opened(given.allowCredentials) };
}

/** What the server reads. Not by toJSON(): on the objects of several password managers it fails. */
export function credentialJson(credential: PublicKeyCredential): string {
  const { id, type } = credential;
  const from = credential.response as unknown as Record<string, unknown> & { getTransports?: () => string[] };
  const response: Record<string, unknown> = {};
  for (const name of ['clientDataJSON', 'attestationObject', 'authenticatorData', 'signature', 'userHandle']) {
    if (from[name] !== undefined && from[name] !== null) response[name] = textOf(from[name]);
  }
  if ('attestationObject' in response) response['transports'] = transportsOf(from);
  return JSON.stringify({ id, rawId: id, type, response, clientExtensionResults: {} });
}

function transportsOf(response: { getTransports?: () => string[] }): string[] {
  try {
    return response.getTransports?.() ?? [];
  } catch {
    return [];
  }
}

export function problemOf(error: unknown): PasskeyProblem {
  switch (error instanceof Error ? error.name : '') {
    case 'NotAllowedError': // said no, waited too long, has none: browsers do not tell which
    case 'AbortError':
      return 'stopped';
    case 'InvalidStateError':
      return 'present';
    case 'SecurityError':
      return 'address';
    case 'NotSupportedError':
    case 'ConstraintError':
      return 'device';
    default:
      return 'failed';
  }
}

/** Whether this browser has any, here: only over https and on localhost. */
export const hasPasskeys = (): boolean => typeof PublicKeyCredential !== 'undefined' && 'credentials' in navigator;

/** Whether it offers them in the field of the name. */
export async function offersAutofill(): Promise<boolean> {
  try {
    return hasPasskeys() && (await PublicKeyCredential.isConditionalMediationAvailable?.()) === true;
  } catch {
    return false;
  }
}

async function credentialOf(asked: Promise<Credential | null>): Promise<string> {
  let credential: Credential | null;
  try {
    credential = await asked;
  } catch (error) {
    throw new PasskeyError(problemOf(error), error);
  }
  if (credential === null) throw new PasskeyError('stopped', 'nothing was chosen');
  return credentialJson(credential as PublicKeyCredential);
}

export const createPasskey = (optionsJson: string): Promise<string> => credentialOf(navigator.credentials.create({ publicKey: creationOptions(optionsJson) }));

export interface PasskeyRequest {
  /** In the field of the name, until one is chosen there. */
  autofill?: boolean;
  signal?: AbortSignal;
}

export function getPasskey(optionsJson: string, { autofill = false, signal }: PasskeyRequest = {}): Promise<string> {
  const how = { ...(autofill ? { mediation: 'conditional' as const } : {}), ...(signal ? { signal } : {}) };
  return credentialOf(navigator.credentials.get({ publicKey: requestOptions(optionsJson), ...how }));
}
