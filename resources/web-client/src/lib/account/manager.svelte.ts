// Who may manage streams in this browser: a person by their role, or whoever has put in an API key.
import { owner } from '../owner.svelte';
import { session } from './session.svelte';

export const manager = {
  get may(): boolean {
    return session.may('manage_streams') || owner.key !== null;
  },
  /** What their calls go with: null is the cookies of who is signed in. */
  get key(): string | null {
    return session.may('manage_streams') ? null : owner.key;
  },
};
