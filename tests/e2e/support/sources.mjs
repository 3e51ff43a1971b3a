// Short encodes for publishers, made once per test program in a folder of its own, so that publishing costs nothing but copying.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "./children.mjs";
import { run } from "./matinee.mjs";

export const FPS = 30;
const made = new Map();
let folder;

const picture = (size) => ["-f", "lavfi", "-i", `testsrc2=s=${size}:r=${FPS}`];
const TONE = ["-f", "lavfi", "-i", "sine=f=440:r=48000"];
const AAC = ["-c:a", "aac", "-ac", "2", "-b:a", "64k"];
const h264 = (gop, ...more) => [
  "-c:v", "libx264", "-preset", "ultrafast", "-g", String(gop), "-keyint_min", String(gop), "-sc_threshold", "0", "-pix_fmt", "yuv420p", ...more,
];

/** Kinds of publishers: what ffmpeg is to encode, and whether writing it to FLV takes enhanced RTMP (ffmpeg 6.1 or later). */
const kinds = {
  h264: { tracks: ["video", "audio"], arguments: (gop) => [...picture("320x180"), ...TONE, ...h264(gop, "-bf", "0"), ...AAC] },
  bframes: { tracks: ["video", "audio"], arguments: (gop) => [...picture("320x180"), ...TONE, ...h264(gop, "-bf", "2"), ...AAC] },
  audio: { tracks: ["audio"], arguments: () => [...TONE, ...AAC] },
  video: { tracks: ["video"], arguments: (gop) => [...picture("320x180"), ...h264(gop, "-bf", "0")] },
  wide: { tracks: ["video", "audio"], arguments: (gop) => [...picture("480x270"), ...TONE, ...h264(gop, "-bf", "0"), ...AAC] },
  tall: { tracks: ["video", "audio"], arguments: (gop) => [...picture("1280x720"), ...TONE, ...h264(gop, "-bf", "0", "-b:v", "1500k"), ...AAC] },
  // For a stream that the kernel's own buffers do not swallow: noise does not compress.
  heavy: {
    tracks: ["video", "audio"],
    arguments: (gop) => [
      ...picture("640x360"), ...TONE, "-vf", "noise=alls=60:allf=t", ...h264(gop, "-bf", "0", "-b:v", "12M", "-maxrate", "12M", "-bufsize", "6M"), ...AAC,
    ],
  },
  hevc: {
    tracks: ["video", "audio"], enhanced: true,
    arguments: (gop) => [
      ...picture("320x180"), ...TONE, "-c:v", "libx265", "-preset", "ultrafast",
      "-x265-params", `log-level=error:keyint=${gop}:min-keyint=${gop}:scenecut=0:bframes=0`, ...AAC,
    ],
  },
  av1: {
    tracks: ["video", "audio"], enhanced: true,
    arguments: (gop) => [
      ...picture("320x180"), ...TONE, "-c:v", "libaom-av1", "-cpu-used", "8", "-usage", "realtime", "-row-mt", "1", "-lag-in-frames", "0",
      "-b:v", "300k", "-g", String(gop), "-keyint_min", String(gop), ...AAC,
    ],
  },
  vp9: {
    tracks: ["video", "audio"], enhanced: true,
    arguments: (gop) => [
      ...picture("320x180"), ...TONE, "-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-lag-in-frames", "0", "-b:v", "300k",
      "-g", String(gop), "-keyint_min", String(gop), ...AAC,
    ],
  },
};
export const tracksOf = (kind) => (kind === "resolution" ? ["video", "audio"] : kinds[kind].tracks);
export const isEnhanced = (kind) => kinds[kind]?.enhanced === true;

async function encode(kind, seconds, gop) {
  // Matroska can be read from a pipe, where the newer ffmpeg cannot see our files.
  const file = join(folder, `${kind}-${seconds}-${gop}.${kinds[kind].enhanced ? "mkv" : "flv"}`);
  const encoded = await run("ffmpeg", ["-hide_banner", "-nostdin", "-loglevel", "error", ...kinds[kind].arguments(gop), "-t", seconds.toFixed(5), "-y", file], { timeout: 180000 });
  if (encoded.code !== 0) throw new Error(`encoding ${kind}: ${encoded.stderr}`);
  return file;
}

// 16 pictures at 30 a second last as long as 25 AAC frames at 48 kHz: pieces of such a length follow each other without a step on either track.
const BEAT = 16 / FPS;
const inBeats = (seconds) => Math.max(1, Math.round(seconds / BEAT)) * BEAT;
/** What is encoded in earnest; a longer source repeats it with time going on. */
const ENCODED_SECONDS = inBeats(20);

async function encodeOrRepeat(kind, seconds, gop) {
  if (seconds <= ENCODED_SECONDS) return encode(kind, seconds, gop);
  const short = await source(kind, ENCODED_SECONDS, { gop });
  const times = Math.ceil(seconds / ENCODED_SECONDS);
  const file = join(folder, `${kind}-${seconds}-${gop}-repeated.${kinds[kind].enhanced ? "mkv" : "flv"}`);
  if (!kinds[kind].enhanced) {
    writeFileSync(file, joinFlv(Array(times).fill(readFileSync(short)), ENCODED_SECONDS));
    return file;
  }
  const repeated = await run("ffmpeg", ["-hide_banner", "-nostdin", "-loglevel", "error", "-stream_loop", String(times - 1), "-i", short, "-c", "copy", "-y", file]);
  if (repeated.code !== 0) throw new Error(`repeating ${kind}: ${repeated.stderr}`);
  return file;
}

/** A file of this kind; `resolution` changes its size about every `part` seconds. The same arguments give the same file. */
export function source(kind, seconds, { gop = FPS, part = 5 } = {}) {
  folder ??= temporaryFolder("sources");
  const name = [kind, seconds, gop, part].join(" ");
  if (!made.has(name)) made.set(name, kind === "resolution" ? changingSize(seconds, gop, part) : encodeOrRepeat(kind, seconds, gop));
  return made.get(name);
}

async function changingSize(seconds, gop, about) {
  const part = inBeats(about);
  const [small, wide] = (await Promise.all([source("h264", part, { gop }), source("wide", part, { gop })])).map((file) => readFileSync(file));
  const parts = Array.from({ length: Math.ceil(seconds / part) }, (_, i) => (i % 2 ? wide : small));
  const file = join(folder, `resolution-${seconds}-${gop}-${part}.flv`);
  writeFileSync(file, joinFlv(parts, part));
  return file;
}

/** FLV files of `seconds` each, one after the other in one: the later ones bring their own sequence headers, time goes on. */
function joinFlv(files, seconds) {
  const out = [files[0].subarray(0, 13)];
  for (const [index, data] of files.entries()) {
    const shift = Math.round(index * seconds * 1000);
    for (let at = 13; at + 15 <= data.length; ) {
      const size = data.readUIntBE(at + 1, 3);
      const tag = Buffer.from(data.subarray(at, at + 15 + size));
      const time = tag.readUIntBE(4, 3) + tag[7] * 0x1000000;
      tag.writeUIntBE((time + shift) & 0xffffff, 4, 3);
      tag[7] = Math.floor((time + shift) / 0x1000000);
      // An AAC encoder's last frames are of the next file's time; one description of the whole is enough.
      const late = tag[0] === 8 && time >= seconds * 1000 - 5;
      if (!late && (tag[0] !== 18 || index === 0)) out.push(tag);
      at += 15 + size;
    }
  }
  return Buffer.concat(out);
}
