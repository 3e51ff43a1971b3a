import { expect, test } from 'vitest';
import { fill, kTexts, pickLocale, type TextKey } from './text';

const placeholders = (text: string): string[] => [...text.matchAll(/\{\w+\}/g)].map(String).sort();

test('both languages have the same keys with the same placeholders', () => {
  expect(Object.keys(kTexts['zh-CN']).sort()).toEqual(Object.keys(kTexts.en).sort());
  for (const key of Object.keys(kTexts.en) as TextKey[]) {
    expect(placeholders(kTexts['zh-CN'][key]), key).toEqual(placeholders(kTexts.en[key]));
  }
});

test('every key is used, and every used key exists', () => {
  const sources = Object.values(import.meta.glob<string>(['/src/**/*.svelte', '/src/**/*.ts'], { query: '?raw', import: 'default', eager: true }));
  const all = sources.join('\n');
  // Keys that are put together at run time, by their beginning.
  const built = ['watch.failed.', 'stats.engine.', 'player.viewers.', 'studio.done.', 'error.', 'title.', 'studio.rotate.', 'studio.kick.', 'studio.stop.', 'studio.delete.', 'warning.', 'protocol.', 'record.state.', 'relay.state.', 'relay.done.', 'numbers.rung.', 'account.role.', 'name.wrong.', 'password.hint.', 'passkey.', 'prove.by.', 'prove.wrong.', 'people.filter.', 'people.none.', 'people.role.', 'people.ask.', 'people.state.', 'people.ban.span.', 'people.invite.span.', 'people.invite.state.', 'profile.wrong.', 'audit.action.', 'audit.field.', 'audit.fault.', 'audit.code.', 'keys.may.'];
  for (const key of Object.keys(kTexts.en)) {
    if (!built.some((prefix) => key.startsWith(prefix))) expect(all.includes(`'${key}'`), `${key} is not used`).toBe(true);
  }
  for (const [, key] of all.matchAll(/\bt\('([a-z_.0-9]+)'/g)) expect(kTexts.en, `${key} has no text`).toHaveProperty([key as string]);
});

test('values are filled in once, and unknown placeholders stay visible', () => {
  expect(fill('{a} and {b}', { a: '{b}', b: 1 })).toBe('{b} and 1');
  expect(fill('{c}', {})).toBe('{c}');
});

test('the first known language of the browser is taken', () => {
  expect(pickLocale(['zh-TW', 'en'])).toBe('zh-CN');
  expect(pickLocale(['fr', 'en-GB', 'zh'])).toBe('en');
  expect(pickLocale(['de'])).toBe('en');
  expect(pickLocale([])).toBe('en');
});
