// Signing in with a passkey alone, without a name. One challenge serves the field that offers passkeys and the button, until it is used or
// gets old. What it touches is handed in, so it has no browser of its own.
import type { BeginPasskeySignInResponse, SignInResponse } from '../../api/types';
import type { PasskeyRequest } from './webauthn';

export interface PasskeyWorld {
  begin: () => Promise<BeginPasskeySignInResponse>;
  finish: (id: string, credentialJson: string) => Promise<SignInResponse>;
  get: (optionsJson: string, how?: PasskeyRequest) => Promise<string>;
  now: () => number;
}

/** The server takes an answer for five minutes; people take some of them. */
export const kGoodFor = 210_000;

export class PasskeySignIn {
  readonly #world: PasskeyWorld;
  #asked: { at: number; begun: Promise<BeginPasskeySignInResponse> } | null = null;
  #offer: { abort: AbortController; over: Promise<unknown> } | null = null;
  #isClosed = false;

  constructor(world: PasskeyWorld) {
    this.#world = world;
  }

  /** Whether this server has any, as far as one can tell. */
  async isPossible(): Promise<boolean> {
    try {
      await this.#ask();
      return true;
    } catch {
      return false;
    }
  }

  async byHand(): Promise<SignInResponse> {
    await this.withdraw();
    const begun = await this.#ask();
    return this.#finish(begun, await this.#world.get(begun.options_json));
  }

  /** Lasts until a passkey is chosen in the field; null where it was withdrawn before. */
  async byAutofill(): Promise<SignInResponse | null> {
    for (;;) {
      const begun = await this.#ask();
      if (this.#isClosed || this.#offer !== null) return null;
      const abort = new AbortController();
      const asked = this.#world.get(begun.options_json, { autofill: true, signal: abort.signal });
      const offer = { abort, over: asked.catch(() => undefined) };
      this.#offer = offer;
      let isOld = false;
      const timer = setTimeout(() => {
        isOld = true;
        abort.abort();
      }, kGoodFor);
      try {
        return await this.#finish(begun, await asked);
      } catch (error) {
        if (abort.signal.aborted && !isOld) return null;
        if (!isOld) throw error;
      } finally {
        clearTimeout(timer);
        if (this.#offer === offer) this.#offer = null;
      }
      this.#asked = null;
    }
  }

  close(): void {
    this.#isClosed = true;
    void this.withdraw();
  }

  /** Browsers ask for one passkey at a time. */
  async withdraw(): Promise<void> {
    const offer = this.#offer;
    this.#offer = null;
    offer?.abort.abort();
    await offer?.over;
  }

  #ask(): Promise<BeginPasskeySignInResponse> {
    const now = this.#world.now();
    if (this.#asked === null || now - this.#asked.at >= kGoodFor) this.#asked = { at: now, begun: this.#world.begin() };
    const asked = this.#asked;
    asked.begun.catch(() => {
      if (this.#asked === asked) this.#asked = null;
    });
    return asked.begun;
  }

  #finish({ sign_in_id }: BeginPasskeySignInResponse, credentialJson: string): Promise<SignInResponse> {
    this.#asked = null; // good once
    return this.#world.finish(sign_in_id, credentialJson);
  }
}
