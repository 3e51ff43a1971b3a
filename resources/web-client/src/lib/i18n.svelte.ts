// The language of the page: the viewer's choice, else the browser's.
import { keep } from './keep';
import { fill, kTexts, pickLocale, type Locale, type TextKey } from './text';

const stored = keep.get('language');
const first: Locale = stored === 'en' || stored === 'zh-CN' ? stored : pickLocale(navigator.languages);
let locale = $state<Locale>(first);
document.documentElement.lang = first;

export const language = {
  get current(): Locale {
    return locale;
  },
  set(chosen: Locale): void {
    locale = chosen;
    keep.set('language', chosen);
    document.documentElement.lang = chosen;
  },
  toggle(): void {
    language.set(locale === 'en' ? 'zh-CN' : 'en');
  },
};

export function t(key: TextKey, values: Record<string, string | number> = {}): string {
  return fill(kTexts[locale][key], values);
}
