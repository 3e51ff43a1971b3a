// Pictures of the server as addresses for the page. Asked for by fetch, since those of private streams need a header that <img> cannot send.

/** An object URL, to be revoked; null where there is no picture. */
export async function loadPicture(url: string, headers: Record<string, string>): Promise<string | null> {
  try {
    const answer = await fetch(url, { headers, credentials: 'same-origin' });
    // A proxy's page in place of a picture is none.
    if (!answer.ok || !answer.headers.get('Content-Type')?.startsWith('image/')) return null;
    return URL.createObjectURL(await answer.blob());
  } catch {
    return null;
  }
}

export function posterUrl(path: string, width: 160 | 320 | 640 | 1280): string {
  return `${path}${path.includes('?') ? '&' : '?'}width=${width}`;
}
