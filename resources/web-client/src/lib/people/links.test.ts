import { expect, test } from 'vitest';
import { linkFor } from './links';

test('a link goes out with the address by which its maker reached the server', () => {
  expect(linkFor('http://localhost:8080/password#abc', 'https://watch.example.org')).toBe('https://watch.example.org/password#abc');
  expect(linkFor('/sign-up#abc', 'http://192.168.1.5:8080')).toBe('http://192.168.1.5:8080/sign-up#abc');
});

test('an address that leads nowhere from elsewhere gives way to the one of the server', () => {
  for (const origin of ['http://localhost:8080', 'http://127.0.0.1:8080', 'http://[::1]:8080', 'http://matinee.localhost'])
    expect(linkFor('https://watch.example.org/password#abc', origin), origin).toBe('https://watch.example.org/password#abc');
  expect(linkFor('/password#abc', 'http://localhost:8080')).toBe('http://localhost:8080/password#abc');
});
