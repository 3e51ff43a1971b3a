// Small things kept in the browser. Storage may be switched off or full; then they last as long as the page.

function open(kind: 'localStorage' | 'sessionStorage'): Storage | null {
  try {
    return window[kind];
  } catch {
    return null;
  }
}

function kept(kind: 'localStorage' | 'sessionStorage') {
  const memory = new Map<string, string>();
  const name = (key: string): string => `matinee.${key}`;
  return {
    get(key: string): string | null {
      try {
        return open(kind)?.getItem(name(key)) ?? memory.get(key) ?? null;
      } catch {
        return memory.get(key) ?? null;
      }
    },
    set(key: string, value: string): void {
      memory.set(key, value);
      try {
        open(kind)?.setItem(name(key), value);
      } catch {
        // Kept in memory.
      }
    },
    remove(key: string): void {
      memory.delete(key);
      try {
        open(kind)?.removeItem(name(key));
      } catch {
        // Nothing was stored.
      }
    },
  };
}

/** Until the viewer clears it. */
export const keep = kept('localStorage');
/** Until the tab is closed. */
export const keepForSession = kept('sessionStorage');
