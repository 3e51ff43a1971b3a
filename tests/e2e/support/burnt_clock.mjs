// A picture that carries the time at which it was drawn, as bright and dark blocks that survive an encoder, and the reader of it in a page.
// Both ends look at the same machine's clock.
import { start } from "./children.mjs";

const WIDTH = 640;
const HEIGHT = 360;
const BLOCK = 16; // one macroblock a bit: 32 bits of milliseconds, 8 bits to check them
const BITS = 40;

function bitsOf(time) {
  const low = time >>> 0;
  const check = ((low >>> 24) + (low >>> 16) + (low >>> 8) + low + 0x5a) & 0xff;
  return Array.from({ length: BITS }, (_, i) => (i < 32 ? (low >>> (31 - i)) & 1 : (check >>> (39 - i)) & 1));
}

/** ffmpeg publishing `fps` pictures a second to `url`, each drawn at the moment when it is handed to the encoder. */
export function publishClock(url, { fps = 30, gop = fps } = {}) {
  const publisher = start("ffmpeg", [
    "-hide_banner", "-loglevel", "error", "-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", `${WIDTH}x${HEIGHT}`, "-r", String(fps), "-i", "pipe:0",
    "-f", "lavfi", "-i", "sine=f=440:r=48000", "-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-bf", "0", "-g", String(gop),
    "-keyint_min", String(gop), "-sc_threshold", "0", "-b:v", "1M", "-c:a", "aac", "-ac", "2", "-b:a", "96k", "-flush_packets", "1", "-f", "flv", url,
  ], { stdin: "pipe" });
  const frame = Buffer.alloc((WIDTH * HEIGHT * 3) / 2, 128);
  const pipe = publisher.process.stdin;
  pipe.on("error", () => {});
  const begin = performance.now();
  let drawn = 0;
  publisher.late = 0; // pictures that were left out because the encoder could not take them
  const draw = () => {
    if (publisher.over) return;
    if (pipe.writableLength > frame.length) publisher.late++;
    else {
      // Something moves, so that there is something to encode.
      for (let y = BLOCK; y < HEIGHT; y++) frame.fill((y + drawn * 4) & 0xff, y * WIDTH, y * WIDTH + WIDTH);
      for (const [i, bit] of bitsOf(Date.now()).entries()) for (let y = 0; y < BLOCK; y++) frame.fill(bit ? 235 : 16, y * WIDTH + i * BLOCK, y * WIDTH + (i + 1) * BLOCK);
      pipe.write(Buffer.from(frame));
    }
    drawn++;
    setTimeout(draw, Math.max(0, begin + (drawn * 1000) / fps - performance.now()));
  };
  draw();
  return publisher;
}

/* Runs in the page: for each presented picture, how old it was when it was shown, in ms; unreadable ones are counted. */
function readInPage({ block, bits }) {
  const seen = (globalThis.clock = { ages: [], unreadable: 0, presented: 0 });
  const canvas = document.createElement("canvas");
  canvas.width = block * bits;
  canvas.height = block;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  // Between two looks at the wall clock time runs as the page's own clock does.
  const wall = Date.now() - performance.now();
  const read = (video, frame) => {
    context.drawImage(video, 0, 0, canvas.width, block, 0, 0, canvas.width, block);
    const pixels = context.getImageData(0, block / 2, canvas.width, 1).data;
    let time = 0;
    let check = 0;
    for (let i = 0; i < bits; i++) {
      const bit = pixels[(i * block + block / 2) * 4 + 1] > 125 ? 1 : 0;
      if (i < 32) time = time * 2 + bit;
      else check = check * 2 + bit;
    }
    const sum = ((time >>> 24) + (time >>> 16) + (time >>> 8) + time + 0x5a) & 0xff;
    seen.presented++;
    if (sum !== check) return void seen.unreadable++;
    const shown = Math.round(wall + frame.expectedDisplayTime) % 0x100000000;
    seen.ages.push(shown - time);
  };
  const follow = (video) => {
    const next = (_, frame) => {
      read(video, frame);
      video.requestVideoFrameCallback(next);
    };
    video.requestVideoFrameCallback(next);
  };
  // A player may put another <video> in the place of the first.
  let followed = null;
  setInterval(() => {
    const video = document.querySelector("video");
    if (video && video !== followed) follow((followed = video));
  }, 50);
}

/** Begins to read in `page`; take(page) hands out what was seen since the last time. */
export const readClock = (page) => page.evaluate(readInPage, { block: BLOCK, bits: BITS });
export const take = (page) =>
  page.evaluate(() => {
    const { ages, unreadable, presented } = globalThis.clock;
    Object.assign(globalThis.clock, { ages: [], unreadable: 0, presented: 0 });
    return { ages, unreadable, presented };
  });
