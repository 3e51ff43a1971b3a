// Which key does what, and when a key is meant for something else on the page. Pure but for reading the event's target.

export type KeyAction = 'play' | 'mute' | 'louder' | 'softer' | 'back' | 'forward' | 'live' | 'fullscreen' | 'pip' | 'stats' | 'help';

const kActions: Record<string, KeyAction> = {
  ' ': 'play',
  k: 'play',
  m: 'mute',
  arrowup: 'louder',
  arrowdown: 'softer',
  arrowleft: 'back',
  arrowright: 'forward',
  l: 'live',
  f: 'fullscreen',
  p: 'pip',
  i: 'stats',
  '?': 'help',
};

const kRepeating: readonly KeyAction[] = ['louder', 'softer', 'back', 'forward'];

type KeyPress = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'target' | 'repeat'>;

export function keyAction(event: KeyPress): KeyAction | null {
  if (event.ctrlKey || event.metaKey || event.altKey) return null;
  const action = kActions[event.key.toLowerCase()] ?? null;
  if (action === null) return null;
  if (event.repeat && !kRepeating.includes(action)) return null;
  const { tagName: tag = '', type = '' } = (event.target ?? {}) as { tagName?: string; type?: string };
  // A slider or a choice has the arrows and the space for itself, and no use for letters.
  if (tag === 'INPUT' && (type === 'range' || type === 'radio')) return event.key === ' ' || event.key.startsWith('Arrow') ? null : action;
  if (tag === 'INPUT' || tag === 'TEXTAREA' || tag === 'SELECT') return null;
  // Space presses the button that has the focus.
  if (event.key === ' ' && (tag === 'BUTTON' || tag === 'A')) return null;
  return action;
}
