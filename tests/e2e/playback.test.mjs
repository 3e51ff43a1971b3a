// ffmpeg publishes; ffprobe and ffmpeg read RTMP, HTTP-FLV and HLS for half a minute.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { run, Server } from "./support/matinee.mjs";

const SECONDS = Number(process.env.MATINEE_PLAYBACK_SECONDS ?? 30);

/** Packets of each track by ffprobe: { video: [...dts], audio: [...dts] }. */
async function packets(url) {
  const probed = await run("ffprobe", ["-v", "error", "-read_intervals", `%+${SECONDS}`, "-show_entries", "packet=codec_type,dts_time", "-of", "json", url], {
    timeout: (SECONDS + 30) * 1000,
  });
  assert.equal(probed.code, 0, probed.stderr);
  const tracks = {};
  for (const packet of JSON.parse(probed.stdout).packets) (tracks[packet.codec_type] ??= []).push(Number(packet.dts_time));
  return { tracks, errors: probed.stderr };
}

describe("playback", { concurrency: true }, () => {
  describe("what ffmpeg publishes", () => {
    let server, publisher, stream;
    before(async () => {
      server = await Server.start();
      stream = await server.createStream("show");
      publisher = server.publish(stream.publish_key);
      await server.untilLive("show");
    });
    after(async () => {
      await publisher.stop();
      await server.close();
    });

    const outputs = {
      RTMP: () => `rtmp://127.0.0.1:${server.rtmpPort}/live/show`,
      "HTTP-FLV": () => `${server.url}/flv/show.flv`,
      HLS: () => `${server.url}/hls/show/main.m3u8`,
      "HLS in MPEG-TS": () => `${server.url}/hls/show/ts.m3u8`,
    };
    for (const [name, url] of Object.entries(outputs)) {
      test(`${name}: time goes forward on each track`, async () => {
        const { tracks, errors } = await packets(url());
        assert.equal(errors, "");
        for (const kind of ["video", "audio"]) {
          const times = tracks[kind] ?? [];
          const span = times.at(-1) - times[0];
          assert.ok(span > SECONDS * 0.8, `${kind} spans ${span} s only (${times.length} packets)`);
          const back = times.findIndex((t, i) => i > 0 && t <= times[i - 1]);
          assert.equal(back, -1, `${kind} goes from ${times[back - 1]} to ${times[back]}`);
          const gap = Math.max(...times.slice(1).map((t, i) => t - times[i]));
          assert.ok(gap < 0.2, `${kind} has a hole of ${gap} s`);
        }
      });
      test(`${name}: decodes without an error`, async () => {
        const decoded = await run("ffmpeg", ["-hide_banner", "-v", "error", "-t", String(SECONDS), "-i", url(), "-f", "null", "-"], { timeout: (SECONDS + 30) * 1000 });
        assert.equal(decoded.code, 0, decoded.stderr);
        assert.equal(decoded.stderr, "");
      });
    }
  });

  describe("B-frames", () => {
    test("keep their composition offsets in every output", async () => {
      const server = await Server.start();
      const stream = await server.createStream("film");
      const publisher = server.publish(stream.publish_key, { bframes: 2 });
      try {
        await server.untilLive("film");
        const urls = [`rtmp://127.0.0.1:${server.rtmpPort}/live/film`, `${server.url}/flv/film.flv`, `${server.url}/hls/film/main.m3u8`, `${server.url}/hls/film/ts.m3u8`];
        await Promise.all(urls.map(async (url) => {
          const probed = await run("ffprobe", ["-v", "error", "-select_streams", "v", "-read_intervals", "%+4", "-show_entries", "packet=pts_time,dts_time", "-of", "json", url]);
          const offsets = JSON.parse(probed.stdout).packets.map((p) => Math.round((p.pts_time - p.dts_time) * 1000));
          assert.ok(offsets.length > 60, `${url}: ${offsets.length} packets`);
          assert.ok(Math.min(...offsets) >= 0, `${url}: an offset is negative`);
          assert.ok(new Set(offsets).size >= 3, `${url}: offsets are ${[...new Set(offsets)]}`);
        }));
      } finally {
        await publisher.stop();
        await server.close();
      }
    });
  });

  describe("streams with one track", () => {
    for (const only of ["video", "audio"]) {
      test(`${only} alone plays and promises nothing else`, async () => {
        const server = await Server.start();
        const stream = await server.createStream("one");
        const publisher = server.publish(stream.publish_key, { video: only === "video", audio: only === "audio" });
        try {
          await server.untilLive("one");
          const urls = [`rtmp://127.0.0.1:${server.rtmpPort}/live/one`, `${server.url}/flv/one.flv`, `${server.url}/hls/one.m3u8`];
          await Promise.all(urls.map(async (url) => {
            const probed = await run("ffprobe", ["-v", "error", "-show_entries", "stream=codec_type", "-of", "json", url]);
            assert.deepEqual([...new Set(JSON.parse(probed.stdout).streams.map((s) => s.codec_type))], [only], url);
          }));
        } finally {
          await publisher.stop();
          await server.close();
        }
      });
    }
  });
});
