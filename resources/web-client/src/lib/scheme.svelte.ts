// Dark or light: the system's wish until the viewer chooses. public/scheme.js applies it before the first paint.
import { keep } from './keep';

type Scheme = 'dark' | 'light';

const system = matchMedia('(prefers-color-scheme: light)');
const stored = keep.get('scheme');
let chosen = $state<Scheme | null>(stored === 'dark' || stored === 'light' ? stored : null);
let systemLight = $state(system.matches);

function apply(): void {
  document.documentElement.dataset['scheme'] = scheme.current;
}

export const scheme = {
  get current(): Scheme {
    return chosen ?? (systemLight ? 'light' : 'dark');
  },
  toggle(): void {
    chosen = scheme.current === 'dark' ? 'light' : 'dark';
    keep.set('scheme', chosen);
    apply();
  },
};

system.addEventListener('change', (event) => {
  systemLight = event.matches;
  apply();
});
apply();
