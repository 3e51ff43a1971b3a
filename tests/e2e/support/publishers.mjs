// ffmpeg as an encoder that we did not write: it copies a ready encode to the server at the speed of its clock.
import { closeSync, openSync } from "node:fs";
import { start } from "./children.mjs";
import { run } from "./matinee.mjs";
import { isEnhanced, source } from "./sources.mjs";

/** An ffmpeg of version 6.1 or later, which writes and reads enhanced RTMP: a command in words, such as "chroot /srv/trixie ffmpeg". */
const newer = process.env.MATINEE_FFMPEG7?.trim().split(/\s+/);

/** Why HEVC and AV1 by RTMP cannot be tried here, or false. */
export async function noEnhancedRtmp() {
  if (!newer) return "MATINEE_FFMPEG7 names no ffmpeg of version 6.1 or later, which alone can write enhanced RTMP";
  const told = await run(newer[0], [...newer.slice(1), "-hide_banner", "-version"]).catch((error) => ({ code: 1, stderr: String(error), stdout: "" }));
  const version = /ffmpeg version n?(\d+)\.(\d+)/.exec(told.stdout);
  if (told.code !== 0 || !version) return `MATINEE_FFMPEG7 (${newer.join(" ")}) does not run: ${told.stderr.trim().slice(0, 200)}`;
  return Number(version[1]) + Number(version[2]) / 10 >= 6.1 ? false : `MATINEE_FFMPEG7 is ffmpeg ${version[1]}.${version[2]}, and enhanced RTMP takes 6.1`;
}

/** The command of the ffmpeg that can read `kind` where it comes as FLV. */
export const ffmpegFor = (kind) => (isEnhanced(kind) && newer ? newer : ["ffmpeg"]);

/** The ffprobe beside it. */
export const ffprobeFor = (kind) => ffmpegFor(kind).map((word, i, { length }) => (i === length - 1 ? word.replace(/ffmpeg(?=[^/]*$)/, "ffprobe") : word));

/** Publishes `kind` to `url` for as long as its source lasts; ends with stop(), by SIGKILL unless told otherwise. */
export async function publish(url, kind, { seconds = 30, gop, part, from = 0 } = {}) {
  const file = await source(kind, seconds, { gop, part });
  const [command, ...first] = ffmpegFor(kind);
  const piped = isEnhanced(kind);
  const stdin = piped ? openSync(file, "r") : "ignore";
  const publisher = start(command, [
    ...first, "-hide_banner", "-loglevel", "error", "-re", ...(from ? ["-ss", String(from)] : []), "-i", piped ? "pipe:0" : file, "-c", "copy", "-f", "flv", url,
  ], { stdin });
  if (piped) closeSync(stdin);
  return publisher;
}
