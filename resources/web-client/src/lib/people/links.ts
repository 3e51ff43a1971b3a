// Where a one-time link leads. Pure.

/**
 * The server says where it thinks that people reach it. Who made the link has reached it by the address of this page, which is the better one,
 * unless that is known on this computer only.
 */
export function linkFor(address: string, origin: string): string {
  const part = /^[a-z]+:\/\/[^/]+(\/.*)$/.exec(address)?.[1] ?? address;
  const host = /^[a-z]+:\/\/(\[[^\]]*\]|[^/:]*)/.exec(origin)?.[1] ?? '';
  const isOnlyHere = host === 'localhost' || host === '[::1]' || host.endsWith('.localhost') || /^127\./.test(host);
  return isOnlyHere && part !== address ? address : origin + part;
}
