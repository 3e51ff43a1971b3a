// Numbers for people. Pure.

export function bitRate(kilobits: number): string {
  return kilobits >= 1000 ? `${(kilobits / 1000).toFixed(1)} Mbit/s` : `${Math.round(kilobits)} kbit/s`;
}

export function duration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const pad = (value: number): string => String(value).padStart(2, '0');
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  return hours > 0 ? `${hours}:${pad(minutes)}:${pad(whole % 60)}` : `${minutes}:${pad(whole % 60)}`;
}

const kCodecNames: readonly [RegExp, string][] = [
  [/^avc[13]/, 'H.264'],
  [/^(hvc1|hev1)/, 'H.265'],
  [/^av01/, 'AV1'],
  [/^vp09/, 'VP9'],
  [/^mp4a\.(40|66|67|68)/, 'AAC'],
  [/^mp4a\.(69|6b)/i, 'MP3'],
  [/^opus/i, 'Opus'],
];

/** "avc1.64001f" is H.264 to people. */
export function codecName(codec: string): string {
  return kCodecNames.find(([pattern]) => pattern.test(codec))?.[1] ?? codec;
}

/** OBS introduces itself as "FMLE/3.0 (compatible; obs-studio/31.0)"; people know it as "obs-studio/31.0". */
export function encoderName(encoder: string): string {
  return /compatible;\s*([^)]+)\)/.exec(encoder)?.[1]?.replace('FMSc/1.0', '').trim() || encoder;
}

export function byteSize(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = Math.max(0, bytes);
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

const kSpans = [['day', 86_400], ['hour', 3600], ['minute', 60]] as const;

/** "5 minutes ago", in the words of the language. */
export function ago(then: number, now: number, locale: string): string {
  const seconds = Math.max(0, (now - then) / 1000);
  const words = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  for (const [unit, length] of kSpans) if (seconds >= length) return words.format(-Math.floor(seconds / length), unit);
  return words.format(0, 'second');
}
