// Chromium with the two players that web pages use, hls.js and mpegts.js, on a bare page of our own: no code of the web client.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { openPage } from "./browser.mjs";
import { root, sleep } from "./matinee.mjs";

const modules = join(root, "resources/web-client/node_modules");
const SCRIPTS = { hls: "hls.js/dist/hls.min.js", flv: "mpegts.js/dist/mpegts.js", ws: "mpegts.js/dist/mpegts.js" };

/* Runs in the page: plays, and writes down each presented frame's time and every complaint. */
function playInPage({ by, url, options }) {
  const video = document.querySelector("video");
  const seen = (globalThis.seen = { video: [], complaints: [], sizes: [], engine: by });
  const onFrame = (now, frame) => {
    // The same picture again, while the player waits or has just begun, is no progress and no fault.
    if (frame.mediaTime !== seen.video.at(-1)) seen.video.push(frame.mediaTime);
    const size = `${frame.width}x${frame.height}`;
    if (seen.sizes.at(-1) !== size) seen.sizes.push(size);
    video.requestVideoFrameCallback(onFrame);
  };
  video.requestVideoFrameCallback(onFrame);
  video.onerror = () => seen.complaints.push(`video: ${video.error?.message}`);
  if (by === "hls") {
    const { Hls } = globalThis;
    const hls = (globalThis.hls = new Hls({ lowLatencyMode: true, enableWorker: false, ...options })); // for tests that tell it more
    hls.on(Hls.Events.ERROR, (_, error) => {
      // Running dry for a moment is reported by the pictures that are missing, not by a word of hls.js; "aborted" is what it gave up itself,
      // at a change of level.
      if (!error.fatal && ["bufferStalledError", "bufferNudgeOnStall", "bufferSeekOverHole", "aborted"].includes(error.details)) return;
      seen.complaints.push(`hls.js: ${error.type} ${error.details} ${(error.reason ?? error.error?.message ?? "").split("\n")[0]}`);
    });
    hls.loadSource(url);
    hls.attachMedia(video);
  } else {
    const { mpegts } = globalThis;
    mpegts.LoggingControl.enableAll = false;
    const player = mpegts.createPlayer({ type: "flv", isLive: true, url }, { enableWorker: false, lazyLoad: false, autoCleanupSourceBuffer: true, ...options });
    player.on(mpegts.Events.ERROR, (kind, detail) => seen.complaints.push(`mpegts.js: ${kind} ${detail}`));
    player.on(mpegts.Events.LOADING_COMPLETE, () => seen.complaints.push("mpegts.js: the stream ended"));
    player.attachMediaElement(video);
    player.load();
  }
  video.muted = true;
  video.play().catch((error) => seen.complaints.push(String(error)));
}

/** A page that plays `url`; `by` is flv, ws or hls. read() tells what has been shown so far. */
export async function playInBrowser(browser, server, url, by, options = {}) {
  const page = await openPage(browser);
  // An answer of the server that is no page of the web client: its origin, none of its scripts. (Chromium lets a page that a test makes up
  // itself open no WebSocket to this machine.)
  await page.goto(`${server.url}/health/live`);
  await page.evaluate(() => (document.documentElement.innerHTML = "<video style='width:640px;height:360px'></video>"));
  await page.evaluate(readFileSync(join(modules, SCRIPTS[by]), "utf8"));
  await page.evaluate(playInPage, { by, url, options });
  const play = { who: `Chromium ${by} ${url}`, page, counted: false, repeated: 0, broke: null };
  play.read = async () => {
    const { video, complaints, sizes } = await page.evaluate(() => globalThis.seen);
    const dropped = await page.evaluate(() => document.querySelector("video").getVideoPlaybackQuality().droppedVideoFrames);
    return Object.assign(play, { tracks: { video }, complaints: [...complaints, ...page.problems], sizes: new Set(sizes), dropped });
  };
  play.finish = async ({ seconds, limit = seconds * 1.5 + 25 }) => {
    const deadline = Date.now() + limit * 1000;
    for (;;) {
      const { tracks, complaints } = await play.read();
      const shown = tracks.video.length ? tracks.video.at(-1) - tracks.video[0] : 0;
      if (shown >= seconds || complaints.length || Date.now() > deadline) break;
      await sleep(200);
    }
    await play.stop();
    return play;
  };
  play.stop = async () => {
    if (!page.isClosed()) await page.context().close();
    return play;
  };
  return play;
}
