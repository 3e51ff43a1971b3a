// Which key does what, and when a key is meant for something else on the page. Pure but for reading the event's target.

export type KeyAction = 'play' | 'mute' | 'louder' | 'softer' | 'live' | 'fullscreen' | 'pip' | 'stats' | 'help';

const kActions: Record<string, KeyAction> = {
  ' ': 'play',
  k: 'play',
  m: 'mute',
  arrowup: 'louder',
  arrowdown: 'softer',
  arrowright: 'live',
  l: 'live',
  f: 'fullscreen',
  p: 'pip',
  i: 'stats',
  '?': 'help',
};

type KeyPress = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'target' | 'repeat'>;

export function keyAction(event: KeyPress): KeyAction | null {
  if (event.ctrlKey || event.metaKey || event.altKey) return null;
  const action = kActions[event.key.toLowerCase()] ?? null;
  if (action === null) return null;
  if (event.repeat && action !== 'louder' && action !== 'softer') return null;
  const tag = (event.target as { tagName?: string } | null)?.tagName ?? '';
  if (tag === 'INPUT' || tag === 'TEXTAREA' || tag === 'SELECT') return null;
  // Space presses the button that has the focus.
  if (event.key === ' ' && (tag === 'BUTTON' || tag === 'A')) return null;
  return action;
}
