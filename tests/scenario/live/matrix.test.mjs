// Every kind of publisher against every output, read by players that we did not write. Some seconds each; MATINEE_LONG=1: a minute each.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { openBrowser } from "../../e2e/support/browser.mjs";
import { playInBrowser } from "../../e2e/support/browser_player.mjs";
import { judgePlay, judgeTracks } from "../../e2e/support/judge.mjs";
import { FlvViewer } from "../../e2e/support/flv_viewer.mjs";
import { Server, until } from "../../e2e/support/matinee.mjs";
import { playWithFfmpeg, playWithGstreamer, playWithMpv } from "../../e2e/support/players.mjs";
import { ffmpegFor, noEnhancedRtmp, publish } from "../../e2e/support/publishers.mjs";
import { isEnhanced, source, tracksOf } from "../../e2e/support/sources.mjs";

const SECONDS = process.env.MATINEE_LONG === "1" ? 60 : 6;
// Longer than all of it takes, on a machine with other work too.
const LENGTH = SECONDS * 12 + 180;
const withoutEnhanced = await noEnhancedRtmp();

const outputs = {
  RTMP: (server, name) => `rtmp://127.0.0.1:${server.rtmpPort}/live/${name}`,
  "HTTP-FLV": (server, name) => `${server.url}/flv/${name}.flv`,
  "HLS, multivariant": (server, name) => `${server.url}/hls/${name}.m3u8`,
  "HLS, fMP4": (server, name) => `${server.url}/hls/${name}/main.m3u8`,
  "HLS, MPEG-TS": (server, name) => `${server.url}/hls/${name}/ts.m3u8`,
  "HLS, audio only": (server, name) => `${server.url}/hls/${name}/audio.m3u8`,
};

/** Why this output has nothing of this kind, or false. */
function nothingOf(kind, output) {
  const tracks = tracksOf(kind);
  if (output === "HLS, audio only" && !tracks.includes("audio")) return "a stream without sound";
  if (output === "HLS, fMP4" && !tracks.includes("video")) return "a stream without a picture";
  if (output === "HLS, MPEG-TS" && isEnhanced(kind)) return "in HLS, HEVC and AV1 are carried in fMP4 only";
  return false;
}

/** What this player cannot do, whoever serves it, or false. */
const beyondFfmpeg = (kind, output) =>
  kind === "resolution" && (output === "HLS, fMP4" || output === "HLS, multivariant") && "ffmpeg keeps the first EXT-X-MAP, in its own segments as well; Chromium tries this below";

let server;
const live = new Map();
const publishers = [];

/** Once for each kind, whoever needs it first. */
function goLive(kind) {
  if (!live.has(kind)) live.set(kind, begin(kind));
  return live.get(kind);
}

async function begin(kind) {
  await source(kind, LENGTH);
  const stream = await server.createStream(kind);
  const publisher = await publish(`rtmp://127.0.0.1:${server.rtmpPort}/live/${stream.publish_key}`, kind, { seconds: LENGTH });
  publishers.push(publisher);
  await server.untilLive(kind).catch((error) => assert.fail(`${error.message}\n${publisher.log}\n${server.log.slice(-2000)}`));
}

before(async () => {
  server = await Server.start({ args: ["--set", "server.max_connections_per_address=4000"] });
});
after(async () => {
  for (const publisher of publishers) await publisher.stop();
  await server?.close();
});

describe("players", { concurrency: true }, () => {
  describe("without a screen", { concurrency: 1 }, () => {
    describe("ffmpeg decodes without an error, time goes on, no frame is missing", { concurrency: 4 }, () => {
      for (const kind of ["h264", "bframes", "audio", "video", "resolution", "hevc", "av1"]) {
        describe(kind, { concurrency: true, skip: isEnhanced(kind) && withoutEnhanced }, () => {
          before(() => goLive(kind));
          for (const [output, url] of Object.entries(outputs)) {
            test(`${kind} by ${output}`, { timeout: (SECONDS * 2 + 60) * 1000, skip: nothingOf(kind, output) || beyondFfmpeg(kind, output) }, async () => {
              const wanted = output === "HLS, audio only" ? ["audio"] : tracksOf(kind);
              // The two sizes come in turns of five seconds.
              const seconds = kind === "resolution" ? Math.max(SECONDS, 11) : SECONDS;
              const command = output === "RTMP" || output === "HTTP-FLV" ? ffmpegFor(kind) : ["ffmpeg"];
              const play = playWithFfmpeg(url(server, kind), { command });
              judgePlay(await play.finish({ wanted, seconds }), { wanted, seconds });
              assert.equal(play.sizes.size, wanted.includes("video") ? (kind === "resolution" ? 2 : 1) : 0, `sizes of pictures: ${[...play.sizes]}`);
            });
          }
        });
      }
    });

    describe("other programs", { concurrency: 4 }, () => {
      before(() => Promise.all(["h264", "bframes", "resolution"].map(goLive)));

      const wanted = ["video", "audio"];
      for (const kind of ["h264", "bframes"]) {
        const players = {
          "GStreamer: rtmpsrc ! flvdemux": () => playWithGstreamer(outputs.RTMP(server, kind), "rtmp"),
          "GStreamer: souphttpsrc ! flvdemux": () => playWithGstreamer(outputs["HTTP-FLV"](server, kind), "flv"),
          "GStreamer: hlsdemux": () => playWithGstreamer(outputs["HLS, MPEG-TS"](server, kind), "hls"),
          "mpv, RTMP": () => playWithMpv(outputs.RTMP(server, kind)),
          "mpv, HTTP-FLV": () => playWithMpv(outputs["HTTP-FLV"](server, kind)),
          "mpv, HLS": () => playWithMpv(outputs["HLS, multivariant"](server, kind)),
        };
        for (const [name, player] of Object.entries(players)) {
          test(`${name}, ${kind}`, { timeout: (SECONDS * 2 + 60) * 1000 }, async () => {
            const play = player();
            judgePlay(await play.finish({ wanted, seconds: SECONDS }), { wanted, seconds: SECONDS });
          });
        }
      }

      for (const kind of ["h264", "bframes", "resolution"]) {
        test(`FLV over WebSocket is the same stream as by HTTP, ${kind}`, { timeout: (SECONDS + 60) * 1000 }, async () => {
          const viewers = [new FlvViewer(`${server.url}/flv/${kind}.flv`), new FlvViewer(`${server.url}/flv/${kind}`, { websocket: true })];
          await until("both have some seconds of it", () => viewers.every((viewer) => viewer.ended !== null || viewer.tags.video.length > SECONDS * 30), { timeout: (SECONDS + 45) * 1000 });
          for (const viewer of viewers) viewer.close();
          for (const viewer of viewers) assert.deepEqual({ faults: viewer.faults, ended: viewer.ended, gaps: viewer.gaps("video", 1000 / 30) }, { faults: [], ended: "by us", gaps: [] });
          const [http, websocket] = viewers.map((viewer) => new Set(viewer.tags.video));
          const common = [...http].filter((time) => websocket.has(time));
          assert.ok(common.length > SECONDS * 20, `${common.length} times of ${http.size} and ${websocket.size} are in both`);
        });
      }
    });
  });

  describe("in Chromium", { concurrency: 3 }, () => {
    let browser;
    before(async () => {
      await Promise.all(["h264", "bframes", "resolution"].map(goLive));
      browser = await openBrowser();
    });
    after(() => browser?.close());

    const pages = [
      ["h264", "HTTP-FLV", "flv"], ["bframes", "HTTP-FLV", "flv"], ["h264", "FLV over WebSocket", "ws"], ["h264", "HLS, multivariant", "hls"], ["bframes", "HLS, fMP4", "hls"],
      ["h264", "HLS, MPEG-TS", "hls"], ["resolution", "HLS, multivariant", "hls"], ["resolution", "HTTP-FLV", "flv"], ["av1", "HLS, fMP4", "hls"],
    ];
    for (const [kind, output, by] of pages) {
      test(`Chromium, ${output}, ${kind}`, { timeout: (SECONDS * 2 + 60) * 1000, skip: isEnhanced(kind) && withoutEnhanced }, async () => {
        await goLive(kind);
        const url = by === "ws" ? `ws://127.0.0.1:${server.port}/flv/${kind}` : outputs[output](server, kind);
        const seconds = kind === "resolution" ? Math.max(SECONDS, 11) : SECONDS;
        const play = await playInBrowser(browser, server, url, by);
        await play.finish({ seconds });
        assert.deepEqual(play.complaints, [], play.who);
        // At its beginning a player may seek on to live; a segment that is missing is wider than that.
        judgeTracks(play.tracks, { wanted: ["video"], seconds, counted: false, hole: 1.5, who: play.who });
        const shown = play.tracks.video.length;
        // A busy machine draws fewer; a picture that stands still is another matter.
        assert.ok(shown > seconds * 10, `${play.who}: ${shown} pictures in ${seconds} s`);
        if (kind === "resolution") assert.equal(play.sizes.size, 2, `${play.who}: sizes ${[...play.sizes]}`);
      });
    }
  });
});

test("afterwards the server counted nothing that is an error", async () => {
  const text = await (await fetch(`${server.url}/metrics`)).text();
  for (const name of ["matinee_rtmp_frames_left_out_total", "matinee_rtmp_time_repairs_total"]) {
    const value = Number(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)`, "m").exec(text)?.[1] ?? Number.NaN);
    assert.equal(value, 0, name);
  }
  assert.equal(server.process.exitCode, null);
});
