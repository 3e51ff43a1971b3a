// What an encoder may send is limited: a real one is turned away, told the figure, the limit and the setting, and is not waited for.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Server, until } from "../../e2e/support/matinee.mjs";

describe("limits of a stream, ffmpeg as the encoder", { concurrency: true, timeout: 60000 }, () => {
  let server;
  before(async () => {
    server = await Server.start({
      args: ["livestream.max_bitrate_kbps=400", "livestream.max_width=640", "livestream.max_height=360", "livestream.max_duration_seconds=8"].flatMap((one) => ["--set", one]),
    });
  });
  after(() => server?.close());

  /** Publishes until the server ends it; resolves to what the encoder and the log say of it. */
  async function turnedAway(name, options) {
    const stream = await server.createStream(name);
    const publisher = server.publish(stream.publish_key, options);
    try {
      const began = Date.now();
      assert.notEqual(await publisher.ended, 0, "ffmpeg noticed");
      const line = await until("the log tells why", () => server.log.split("\n").find((one) => one.includes(name) && /livestream\.max_/.test(one)));
      assert.ok(!server.log.includes(stream.publish_key), "no key in the log");
      const state = (await server.rest("GET", `/api/v1/streams/${name}`)).body;
      assert.notEqual(state.status, "live", "it is not waited for");
      return { seconds: (Date.now() - began) / 1000, line };
    } finally {
      await publisher.stop();
    }
  }

  test("too large a picture, before anybody sees it", async () => {
    const { line } = await turnedAway("large", { size: "1280x720" });
    assert.match(line, /1280x720.*640x360.*livestream\.max_width/);
  });

  test("too many bits over four seconds", async () => {
    const { line, seconds } = await turnedAway("heavy", { size: "640x360" });
    assert.match(line, /sent \d+ kbit\/s.*400.*livestream\.max_bitrate_kbps/);
    assert.ok(seconds > 3, `a moment is no judgement: ${seconds} s`);
  });

  test("too long, and what keeps within the limits until then is left alone", async () => {
    const { line, seconds } = await turnedAway("long", { video: false });
    assert.match(line, /8 s.*livestream\.max_duration_seconds/);
    assert.ok(seconds > 7, `${seconds} s`);
  });
});
