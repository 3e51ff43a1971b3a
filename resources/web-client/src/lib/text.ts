// Sentences by key, with {placeholders}. Pure; the reactive face is in i18n.svelte.ts.
import en from '../i18n/en.json';
import zh from '../i18n/zh-CN.json';

export type TextKey = keyof typeof en;
export type Locale = 'en' | 'zh-CN';

// A key that is missing in one language does not compile.
export const kTexts: Record<Locale, Record<TextKey, string>> = { en, 'zh-CN': zh };

export function fill(text: string, values: Record<string, string | number>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => (name in values ? String(values[name]) : whole));
}

/** The first language of the browser that we have. */
export function pickLocale(languages: readonly string[]): Locale {
  for (const language of languages) {
    if (/^zh\b/i.test(language)) return 'zh-CN';
    if (/^en\b/i.test(language)) return 'en';
  }
  return 'en';
}
