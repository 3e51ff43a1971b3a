// Something that the page has, as a file on the device of the person.

export const saveJson = (name: string, value: unknown): void => saveFile(name, `${JSON.stringify(value, null, 2)}\n`, 'application/json');

export function saveFile(name: string, text: string, type: string): void {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  // Firefox follows only links that are on the page.
  document.body.append(link);
  link.click();
  link.remove();
  // The download has begun by then; some browsers read it a moment after the click.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

/** What file systems refuse is left out. */
export const fileNameOf = (name: string): string => name.replace(/[^\p{L}\p{Nd}._-]/gu, '_');

/** "matinee-alice-2026-11-21.json" */
export const exportName = (name: string, now: Date): string => `matinee-${fileNameOf(name)}-${now.toISOString().slice(0, 10)}.json`;
