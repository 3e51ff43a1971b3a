// The owner's API key, kept in this browser after set-up or sign-in.
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
