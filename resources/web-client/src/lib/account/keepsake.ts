// What people keep of their account outside of it, in words and as files. Pure.

/** What a device is called, for the name of its passkey: "iPhone", "Windows"; '' where it does not say. */
export function deviceName(userAgent: string): string {
  const known = [['iPhone', /iPhone/], ['iPad', /iPad/], ['Android', /Android/], ['Windows', /Windows/], ['Chromebook', /CrOS/], ['Mac', /Macintosh/], ['Linux', /Linux/]] as const;
  return known.find(([, pattern]) => pattern.test(userAgent))?.[0] ?? '';
}

/** The key of an authenticator app, for typing: in groups of four. */
export const inGroups = (secret: string): string => (secret.match(/.{1,4}/g) ?? []).join(' ');

/** A passkey's name is at most 64 bytes. */
export const fitsPasskey = (name: string): boolean => new TextEncoder().encode(name.trim()).length <= 64;

/** `heading` and `lead` are in the language of the page. With \r\n: it is opened by the simplest editors. */
export const recoveryFile = (heading: string, lead: string, codes: readonly string[]): string => [heading, lead, '', ...codes, ''].join('\r\n');
