// Whether the server may take a display name, as far as one can tell here. Pure.

export type DisplayNameProblem = 'long' | 'hidden';

export function displayNameProblem(typed: string): DisplayNameProblem | null {
  const name = typed.normalize('NFC').trim();
  if ([...name].length > 64) return 'long';
  return /[\p{C}\p{Zl}\p{Zp}]/u.test(name) ? 'hidden' : null;
}
