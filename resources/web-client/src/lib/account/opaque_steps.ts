// The browser's half of OPAQUE (RFC 9807, docs/design/passwords.md) on @serenity-kit/opaque. Messages are base64 as in our JSON; a state is
// opaque to everybody else. It takes a second of computing and 64 MiB, so opaque_worker.ts does it away from the page.
import { client } from '@serenity-kit/opaque';
import { toBase64, toBase64Url } from './base64';

// At each finish: the package's default has four lanes, and no password of ours would fit.
const kStretching = { keyStretching: { 'argon2id-custom': { iterations: 3, memory: 65_536, parallelism: 1 } } } as const;

export const kSteps = {
  startRegistration(password: string): { state: string; request: string } {
    const { clientRegistrationState, registrationRequest } = client.startRegistration({ password });
    return { state: clientRegistrationState, request: toBase64(registrationRequest) };
  },
  finishRegistration(state: string, password: string, response: string): string {
    const registrationResponse = toBase64Url(response);
    return toBase64(client.finishRegistration({ clientRegistrationState: state, password, registrationResponse, ...kStretching }).registrationRecord);
  },
  startLogin(password: string): { state: string; ke1: string } {
    const { clientLoginState, startLoginRequest } = client.startLogin({ password });
    return { state: clientLoginState, ke1: toBase64(startLoginRequest) };
  },
  /** null: this password is not the one, or nobody has the name; which of them it is cannot be told. */
  finishLogin(state: string, password: string, ke2: string): string | null {
    const done = client.finishLogin({ clientLoginState: state, password, loginResponse: toBase64Url(ke2), ...kStretching });
    return done === undefined ? null : toBase64(done.finishLoginRequest);
  },
};

export type Steps = typeof kSteps;
export type StepName = keyof Steps;
