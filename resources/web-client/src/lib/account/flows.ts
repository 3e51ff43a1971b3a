// Signing in and up and changing a password: the calls and the steps of OPAQUE in their order. The password stays in this browser.
import {
  beginPasswordChange, beginPasswordSignIn, beginSignUp, finishPasswordChange, finishPasswordSignIn, finishSignUp,
} from '../api/account_calls';
import { ApiError } from '../api/client';
import { beginStepUp, finishStepUp } from '../api/factor_calls';
import { normalised, withOpaque } from './opaque';
import type { SignInResponse } from '../../api/types';

/**
 * Whether a link is good, or, with '', whether this server makes accounts for those who ask. The server looks at that first, so an empty
 * request is enough to know; nothing is used up. Where it does not answer it may well be.
 */
export async function isOpen(linkToken: string): Promise<boolean> {
  try {
    await beginSignUp('', '', linkToken, '');
  } catch (error) {
    return !isRefusedLink(error);
  }
  return true;
}

export const isRefusedLink = (error: unknown): boolean => error instanceof ApiError && ['permission_denied', 'unauthenticated', 'not_found'].includes(error.code);

/** The same as the server's for a proof that is wrong: the browser just knows sooner. */
const wrongPassword = (): ApiError => new ApiError('unauthenticated', '', 401, 0);

export const signIn = (name: string, typed: string): Promise<SignInResponse> =>
  withOpaque(async (steps) => {
    const password = normalised(typed);
    const { state, ke1 } = await steps.startLogin(password);
    const begun = await beginPasswordSignIn(name, ke1);
    const ke3 = await steps.finishLogin(state, password, begun.ke2);
    if (ke3 === null) throw wrongPassword();
    return finishPasswordSignIn(begun.sign_in_id, ke3);
  });

/** With the token of a set-up link, an invitation or a password link; `name` is '' for the last, and `mailAddress` where none is wanted. */
export const signUp = (name: string, typed: string, linkToken: string, language: string, mailAddress: string): Promise<SignInResponse> =>
  withOpaque(async (steps) => {
    const password = normalised(typed);
    const { state, request } = await steps.startRegistration(password);
    const begun = await beginSignUp(name, request, linkToken, mailAddress);
    const record = await steps.finishRegistration(state, password, begun.registration_response);
    return finishSignUp(begun.sign_up_id, record, language);
  });

/** `current` is null for an account that has no password yet. Throws "wrong_password" where it is not the one. */
export const changePassword = (current: string | null, typed: string): Promise<void> =>
  withOpaque(async (steps) => {
    const password = normalised(typed);
    const registration = await steps.startRegistration(password);
    const login = current === null ? null : await steps.startLogin(normalised(current));
    const begun = await beginPasswordChange(login?.ke1 ?? '', registration.request);
    let ke3: string | null = '';
    if (login !== null && current !== null) ke3 = await steps.finishLogin(login.state, normalised(current), begun.ke2);
    if (ke3 === null) throw new ApiError('wrong_password', '', 0, 0);
    const record = await steps.finishRegistration(registration.state, password, begun.registration_response);
    await finishPasswordChange(begun.change_id, ke3, record);
  });

/** Proves once more, by the password, who is signed in. Throws "wrong_password" where it is not the one. */
export const stepUpByPassword = (typed: string): Promise<void> =>
  withOpaque(async (steps) => {
    const password = normalised(typed);
    const { state, ke1 } = await steps.startLogin(password);
    const begun = await beginStepUp(ke1);
    const ke3 = await steps.finishLogin(state, password, begun.ke2);
    if (ke3 === null) throw new ApiError('wrong_password', '', 0, 0);
    await finishStepUp(begun.step_up_id, { ke3 });
  });
