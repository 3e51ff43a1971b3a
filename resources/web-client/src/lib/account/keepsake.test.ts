import { expect, test } from 'vitest';
import { deviceName, fitsPasskey, inGroups, recoveryFile } from './keepsake';

test('a device is called what its owner calls it', () => {
  const agents = {
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15': 'iPhone',
    'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 Chrome/143.0.0.0 Mobile Safari/537.36': 'Android',
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0': 'Windows',
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15': 'Mac',
    'Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36': 'Chromebook',
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36': 'Linux',
    'curl/8.5.0': '',
  };
  for (const [agent, name] of Object.entries(agents)) expect(deviceName(agent), agent).toBe(name);
});

test('a key is typed in groups', () => {
  expect(inGroups('ABCDEFGHIJ')).toBe('ABCD EFGH IJ');
  expect(inGroups('')).toBe('');
});

test('the name of a passkey is measured in bytes', () => {
  expect([fitsPasskey('a'.repeat(64)), fitsPasskey('a'.repeat(65)), fitsPasskey('钥'.repeat(21)), fitsPasskey('钥'.repeat(22)), fitsPasskey(` ${'a'.repeat(64)} `)]).toEqual([
    true, false, true, false, true,
  ]);
});

test('recovery codes are a file that says what it is', () => {
  expect(recoveryFile('Recovery codes of mia', 'Each is good once.', ['aaaa-bbbb', 'cccc-dddd'])).toBe(
    'Recovery codes of mia\r\nEach is good once.\r\n\r\naaaa-bbbb\r\ncccc-dddd\r\n',
  );
});
