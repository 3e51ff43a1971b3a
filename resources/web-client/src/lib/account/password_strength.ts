// How soon a password would be guessed, and one thing that would make it better. The list of common passwords is large: it is loaded when it
// is first asked for. The server never sees a password, so this is the only place where a bad one is refused.
import type { Match, ZxcvbnFactory } from '@zxcvbn-ts/core';

export type PasswordHint = 'short' | 'long' | 'common' | 'name' | 'repeat' | 'sequence' | 'keyboard' | 'date' | 'more' | 'good' | 'strong';

export interface Strength {
  /** 0 to 4. */
  score: number;
  hint: PasswordHint;
  refused: boolean;
}

const kShortest = 8;
const kLongest = 1000;
const kLeastScore = 2;
const kJudged = 100; // of a longer one, the rest is a bonus

let estimator: Promise<ZxcvbnFactory> | null = null;

const load = (): Promise<ZxcvbnFactory> =>
  (estimator ??= import('./strength_estimator').then(({ makeEstimator }) => makeEstimator())).catch((error: unknown) => {
    estimator = null;
    throw error;
  });

/** `personal`: what everybody knows of the account, such as its name. */
export async function strengthOf(typed: string, personal: readonly string[]): Promise<Strength> {
  const password = typed.normalize('NFC');
  const length = [...password].length;
  if (length > kLongest) return { score: 0, hint: 'long', refused: true };
  const short = length < kShortest;
  try {
    const words = personal.filter((word) => word !== '').map((word) => word.normalize('NFC').toLowerCase());
    const { score, sequence } = (await load()).check(password.slice(0, kJudged), [...words, 'matinee', siteName()]);
    if (short) return { score: Math.min(score, 1), hint: 'short', refused: true };
    if (score > kLeastScore) return { score, hint: score > 3 ? 'strong' : 'good', refused: false };
    return { score, hint: weakness(sequence), refused: score < kLeastScore };
  } catch {
    // The list did not load: the length is what is left.
    return short ? { score: 0, hint: 'short', refused: true } : { score: length < 14 ? 2 : 3, hint: length < 14 ? 'more' : 'good', refused: false };
  }
}

const siteName = (): string => (typeof location === 'undefined' ? 'localhost' : location.hostname);

/** Of the longest part that is easy to guess. */
function weakness(sequence: readonly Match[]): PasswordHint {
  const known = sequence.filter(({ pattern }) => pattern !== 'bruteforce' && pattern !== 'separator');
  const worst = known.sort((one, other) => other.token.length - one.token.length)[0];
  switch (worst?.pattern) {
    case 'dictionary':
      return worst['dictionaryName'] === 'userInputs' ? 'name' : 'common';
    case 'repeat':
      return 'repeat';
    case 'sequence':
      return 'sequence';
    case 'spatial':
      return 'keyboard';
    case 'date':
    case 'regex':
      return 'date';
    default:
      return 'more';
  }
}
