// Who is signed in, in this tab and told to the others. The cookies are the truth; this is what the server said about them last.
import { getMe, signOut as callSignOut } from '../api/account_calls';
import { ApiError, renewal } from '../api/client';
import { freshKeys } from '../fresh_keys.svelte';
import type { User } from '../../api/types';

type Phase = 'asking' | 'in' | 'out';

const kTick = 30_000;

let user = $state.raw<User | null>(null);
let phase = $state<Phase>(renewal.isOn ? 'asking' : 'out');
let wasEnded = $state(false);
let looked: Promise<void> | null = null;
const tabs = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel('matinee.session');

function out(ended: boolean): void {
  freshKeys.clear(); // not for whoever comes next
  user = null;
  phase = 'out';
  wasEnded = ended;
}

async function ask(): Promise<void> {
  try {
    user = await getMe();
    phase = 'in';
    wasEnded = false;
  } catch (error) {
    if (!renewal.isOn || (error instanceof ApiError && error.status === 401)) {
      renewal.end();
      if (phase !== 'out') out(false);
    } else {
      // The server is away for now: nobody is shown as signed in or out who is not.
      setTimeout(() => phase === 'asking' && void ask(), 5000);
    }
  }
}

renewal.onended = () => {
  out(true);
  tabs?.postMessage('ended');
};
if (tabs !== null) {
  tabs.onmessage = ({ data }: MessageEvent<unknown>) => {
    if (data === 'in') {
      renewal.follow();
      void ask();
    } else {
      renewal.end();
      out(data === 'ended');
    }
  };
}
// Also while the page is hidden: its sound may go on, and that of a private stream asks for cookies.
setInterval(() => void renewal.keepFresh(), kTick);
document.addEventListener('visibilitychange', () => !document.hidden && void renewal.keepFresh());
if (renewal.isOn) void ask();

export const session = {
  get user(): User | null {
    return user;
  },
  /** "asking" until the server has said who this is. */
  get phase(): Phase {
    return phase;
  },
  /** The server let the session go; the page says so until somebody signs in. */
  get wasEnded(): boolean {
    return wasEnded;
  },
  /** The role needs a second factor that the account does not have yet. */
  get mustAddFactor(): boolean {
    return user?.must_add_factor === true;
  },
  may(permission: string): boolean {
    return user?.permissions?.includes(permission) === true;
  },
  /** `who` as the sign-in told. What the account may just now, and what is asked of it first, is told by the server to who is in. */
  async begin(who: User): Promise<void> {
    renewal.begin();
    tabs?.postMessage('in');
    const told = await getMe().catch(() => who);
    if (!renewal.isOn) return; // let go meanwhile
    user = told;
    phase = 'in';
    wasEnded = false;
  },
  /** What the server says now: a role may have changed. */
  ask,
  /** For pages where it matters: the cookies may have outlived this browser's note of them. Asked once. */
  look(): Promise<void> {
    if (phase !== 'out' || wasEnded) return Promise.resolve();
    return (looked ??= renewal.resume().then((found) => (found ? ask() : undefined)));
  },
  dismiss(): void {
    wasEnded = false;
  },
  async signOut(): Promise<void> {
    try {
      await callSignOut();
    } catch (error) {
      // Signed out already is signed out; where nobody answered the cookies are still good, and that must not look like done.
      if (!(error instanceof ApiError) || error.status !== 401) throw error;
    }
    renewal.end();
    out(false);
    tabs?.postMessage('out');
  },
};
