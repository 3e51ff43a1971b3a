// Whether the server may take a name, as far as one can tell while it is typed; the server has the last word. Pure.

export type NameProblem = 'short' | 'long' | 'characters' | 'begins' | 'mixed';

const kScripts = [
  'Latin', 'Cyrillic', 'Greek', 'Armenian', 'Georgian', 'Hebrew', 'Arabic', 'Devanagari', 'Bengali', 'Tamil', 'Thai', 'Lao', 'Khmer', 'Hangul', 'Hiragana',
  'Katakana', 'Han',
].map((script) => [script, new RegExp(`\\p{Script=${script}}`, 'u')] as const);
// Written together since ever.
const kTogether = [['Han', 'Hiragana', 'Katakana'], ['Han', 'Hangul']];

export function nameProblem(typed: string): NameProblem | null {
  const name = typed.trim().normalize('NFC');
  const length = [...name].length;
  if (length < 2) return 'short';
  if (length > 32) return 'long';
  if (!/^[\p{L}\p{M}\p{Nd}._-]+$/u.test(name)) return 'characters';
  if (!/^[\p{L}\p{Nd}]/u.test(name)) return 'begins';
  const scripts = kScripts.filter(([, has]) => has.test(name)).map(([script]) => script);
  const fits = scripts.length <= 1 || kTogether.some((together) => scripts.every((script) => together.includes(script)));
  return fits ? null : 'mixed';
}
