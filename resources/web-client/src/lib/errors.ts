// A failed call in the words of the viewer's language; the server's own sentence where we have none.
import { ApiError } from './api/client';
import { t } from './i18n.svelte';
import { kTexts, type TextKey } from './text';

export function errorText(error: unknown): string {
  if (!(error instanceof ApiError)) return t('studio.failed', { detail: String(error) });
  const key = `error.${error.code}`;
  return key in kTexts.en ? t(key as TextKey) : t('studio.failed', { detail: error.detail || error.code });
}
