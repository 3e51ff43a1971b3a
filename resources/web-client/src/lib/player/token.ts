// A playback token is a JWT whose claims anybody may read. Only the server can tell whether it is genuine; when it ends, it says itself. Pure.

/** Why the server refused: time, or something else. */
export function whyRefused(token: string, nowMs: number): 'expired' | 'refused' {
  const ends = expiryOf(token);
  return ends !== null && ends * 1000 <= nowMs ? 'expired' : 'refused';
}

function expiryOf(token: string): number | null {
  try {
    const claims: unknown = JSON.parse(atob((token.split('.')[1] ?? '').replace(/-/g, '+').replace(/_/g, '/')));
    const ends = (claims as { exp?: unknown }).exp;
    return typeof ends === 'number' ? ends : null;
  } catch {
    return null;
  }
}
