// An API key, kept in this browser: the way into the studio without an account.
import { keep } from './keep';

let key = $state<string | null>(keep.get('api-key'));

export const owner = {
  get key(): string | null {
    return key;
  },
  signIn(value: string): void {
    key = value;
    keep.set('api-key', value);
  },
  signOut(): void {
    key = null;
    keep.remove('api-key');
  },
};
