// Smaller pictures of a stream, made when somebody asks for one: ffprobe and Chromium as viewers, our checker of playlists, and a process
// that is killed under its viewers.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { axeFindings, openBrowser, openPage, screenshot, startServer, untilMoving, videoState } from "./support/browser.mjs";
import { playInBrowser } from "./support/browser_player.mjs";
import { FlvViewer } from "./support/flv_viewer.mjs";
import { run, sleep, until } from "./support/matinee.mjs";
import { metrics, total } from "./support/metrics.mjs";
import { attributesOf, parsePlaylist, PlaylistChecker } from "./support/playlist_checker.mjs";
import { ffprobeFor, noEnhancedRtmp, publish } from "./support/publishers.mjs";
import { source } from "./support/sources.mjs";

const withoutEnhanced = await noEnhancedRtmp();

/** Packets of the picture: [{ time, key }], and what ffprobe complained of. */
async function probe(url, seconds, [command, ...first] = ["ffprobe"]) {
  const probed = await run(command, [...first, "-v", "error", "-select_streams", "v", "-show_entries", "packet=pts_time,flags:stream=codec_name,width,height,profile", "-read_intervals", `%+${seconds}`, "-of", "json", url], { timeout: 60000 });
  assert.equal(probed.stderr, "", url);
  const { packets = [], streams = [] } = JSON.parse(probed.stdout);
  return { stream: streams[0], packets: packets.map((packet) => ({ time: Number(packet.pts_time), key: packet.flags.includes("K") })) };
}

/** Times of the key frames in ms. */
const keysOf = (packets) => packets.filter((packet) => packet.key).map((packet) => Math.round(packet.time * 1000));

/** A server with one stream of 720 lines and a ladder under it. */
class Show {
  static async open({ processes }) {
    const show = new Show();
    show.server = await startServer({
      env: { MATINEE_LIVESTREAM_LADDER: "480p@900, 360p@600, 180p@250", MATINEE_LIVESTREAM_LADDER_MAX_PROCESSES: String(processes) },
    });
    const stream = await show.server.createStream("show");
    show.publisher = await publish(`rtmp://127.0.0.1:${show.server.rtmpPort}/live/${stream.publish_key}`, "tall", { seconds: 240 });
    await show.server.untilLive("show");
    await until("its frame rate is known", async () => (await show.live()).fps > 25);
    return show;
  }

  async close() {
    await this.publisher.stop();
    await this.server.close();
  }

  async live() {
    return (await this.server.rest("GET", "/api/v1/streams/show")).body.live;
  }

  async stateOf(name) {
    return (await this.live()).renditions.find((one) => one.name === name)?.state;
  }

  addresses(name) {
    return {
      flv: `${this.server.url}/flv/${name}.flv`,
      rtmp: `rtmp://127.0.0.1:${this.server.rtmpPort}/live/${name}`,
      hls: `${this.server.url}/hls/${name}/main.m3u8`,
      ts: `${this.server.url}/hls/${name}/ts.m3u8`,
    };
  }

  /** Process ids of its relay processes. */
  children() {
    return readdirSync("/proc").filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, "latin1").includes("relay-child") && readFileSync(`/proc/${pid}/status`, "latin1").includes(`PPid:\t${this.server.process.pid}\n`);
      } catch {
        return false;
      }
    });
  }

  async variants() {
    const text = await (await fetch(`${this.server.url}/hls/show.m3u8`)).text();
    const lines = text.split("\n");
    return lines.flatMap((line, at) => (line.startsWith("#EXT-X-STREAM-INF:") ? [{ ...attributesOf(line.slice(18)), uri: lines[at + 1] }] : []));
  }

  /** A viewer of this rendition who has pictures. */
  async viewer(name) {
    const viewer = new FlvViewer(this.addresses(name).flv);
    await until("it plays", () => viewer.tags.video.length > 10, { timeout: 20000 });
    return viewer;
  }
}

// Each part has a server of its own, so that none has to wait until everybody has left the one before.
describe("a stream of 720 lines with a ladder", () => {
  let show;
  before(async () => (show = await Show.open({ processes: 2 })));
  after(() => show?.close());

  test("is offered before anybody asks, with what players need to choose", async () => {
    const [own, ...rest] = await show.variants();
    assert.equal(own.RESOLUTION, "1280x720");
    const rungs = rest.filter((one) => one.RESOLUTION);
    assert.deepEqual(rungs.map((one) => [one.uri, one.RESOLUTION]), [
      ["show%40480p/main.m3u8", "854x480"], ["show%40360p/main.m3u8", "640x360"], ["show%40180p/main.m3u8", "320x180"],
    ]);
    for (const [at, kilobits] of [900, 600, 250].entries()) {
      assert.match(rungs[at].CODECS, /^avc1\.4d40[0-9a-f]{2},mp4a\.40\.2$/);
      const rate = Number(rungs[at]["FRAME-RATE"]); // as it is measured: an encoder that has just begun may still be catching up
      assert.ok(rate > 20 && rate < 40, `${rate}`);
      const average = Number(rungs[at]["AVERAGE-BANDWIDTH"]);
      assert.ok(average > kilobits * 1000 && average < kilobits * 1200 + 200000, `${average}`);
      assert.ok(Number(rungs[at].BANDWIDTH) > average);
    }
    assert.deepEqual((await show.live()).renditions.map((one) => [one.name, one.height, one.video_kbps, one.state]), [
      ["show@480p", 480, 900, "offered"], ["show@360p", 360, 600, "offered"], ["show@180p", 180, 250, "offered"],
    ]);
    assert.equal(show.children().length, 0, "to look is no reason to begin");
    for (const name of ["show@720p", "show@100p"]) assert.equal((await fetch(show.addresses(name).flv)).status, 404, name);
  });

  test("plays by FLV, RTMP and HLS without a complaint, key frames where the stream has them", { timeout: 120000 }, async () => {
    const { flv, rtmp, hls, ts } = show.addresses("show@360p");
    const [own, ...made] = await Promise.all([probe(show.addresses("show").flv, 12), probe(flv, 8), probe(rtmp, 6), probe(hls, 5), probe(ts, 5)]);
    for (const { stream, packets } of made) {
      assert.deepEqual([stream.width, stream.height, stream.profile], [640, 360, "Main"]);
      assert.ok(packets.length > 100, `${packets.length} pictures`);
      for (let i = 1; i < packets.length; i++) assert.ok(packets[i].time > packets[i - 1].time);
    }
    const [of, ours] = [keysOf(own.packets), keysOf(made[0].packets)];
    const shared = of.filter((time) => time >= ours[0] && time <= ours.at(-1));
    assert.deepEqual(ours.filter((time) => time >= of[0] && time <= of.at(-1)), shared);
    assert.ok(shared.length >= 4, `${shared.length} key frames`);
    assert.equal((await show.live()).renditions[1].state, "running");
    assert.equal(show.children().length, 1, "one process, however many watch");
  });

  test("segments have the number, the date and the length of the stream's own", { timeout: 120000 }, async () => {
    const lists = {};
    const names = ["show", "show@360p"];
    const checkers = names.map((name) => new PlaylistChecker(name));
    for (let round = 0; round < 24; round++) {
      const texts = await Promise.all(names.map((name) => fetch(show.addresses(name).hls).then((answer) => answer.text())));
      texts.forEach((text, at) => {
        checkers[at].update(text);
        const list = parsePlaylist(text);
        list.segments.forEach((segment, i) => ((lists[names[at]] ??= new Map()).set(list.mediaSequence + i, segment)));
      });
      await sleep(500);
    }
    for (const checker of checkers) assert.deepEqual(checker.problems, []);
    let compared = 0;
    const begins = Math.min(...lists["show@360p"].keys());
    for (const [number, segment] of lists["show@360p"]) {
      const own = lists.show.get(number);
      if (!own) continue;
      compared++;
      // What is made begins with a key frame, which may be within a segment of the stream.
      const late = number === begins ? Math.max(0, segment.date - own.date) : 0;
      assert.ok(Math.abs(segment.date - late - own.date) <= 1, `${number}: ${segment.date - own.date} ms`);
      assert.ok(Math.abs(segment.duration + late / 1000 - own.duration) < 0.05, `${number}: ${segment.duration} and ${own.duration} s`);
      assert.equal(segment.gap ?? false, false);
    }
    assert.ok(compared >= 6, `${compared} segments`);
    const running = (await show.variants()).find((one) => one.uri.includes("360p"));
    assert.match(running.CODECS, /^avc1\.4d40/);
  });

  test("a process that is killed is started again, and its viewers stay", { timeout: 90000 }, async () => {
    const viewer = new FlvViewer(show.addresses("show@180p").flv);
    await until("it plays", () => viewer.tags.video.length > 60, { timeout: 20000 });
    const restarts = total(await metrics(show.server), "matinee_ladder_restarts_total");
    const fallen = show.children();
    for (const pid of fallen) process.kill(Number(pid), "SIGKILL");
    assert.ok(fallen.length > 0);
    const then = viewer.tags.video.length;
    await until("it goes on", () => viewer.tags.video.length > then + 90, { timeout: 30000 });
    assert.equal(viewer.ended, null);
    assert.deepEqual(viewer.faults, []);
    assert.ok(total(await metrics(show.server), "matinee_ladder_restarts_total") > restarts);
    viewer.close();
  });
});

describe("a ladder and those who want it", { concurrency: true }, () => {
  describe("counted", { concurrency: 1 }, () => {
    let show;
    before(async () => (show = await Show.open({ processes: 2 })));
    after(() => show?.close());

    test("the page of figures says what there is", { timeout: 120000 }, async () => {
      const viewer = await show.viewer("show@180p");
      const browser = await openBrowser();
      const page = await openPage(browser);
      await page.goto(`${show.server.url}/watch/show/stats`);
      const figures = page.getByRole("region", { name: "Smaller pictures" });
      await figures.getByText("on air · 1").waitFor();
      assert.match(await figures.textContent(), /480p · 900 kbit\/s\s*on demand/);
      assert.deepEqual(await axeFindings(page), []);
      await screenshot(page, "watch-numbers-ladder");
      assert.deepEqual(page.problems, []);
      await browser.close();
      viewer.close();
    });

    test("more than the limit is refused in words, and left out of the list", { timeout: 120000 }, async () => {
      const viewers = await Promise.all(["show@480p", "show@180p"].map((name) => show.viewer(name)));
      const refused = await fetch(show.addresses("show@360p").flv);
      assert.equal(refused.status, 503);
      assert.match((await refused.json()).detail, /livestream\.ladder_max_processes: 2/);
      assert.equal((await fetch(show.addresses("show@360p").hls)).status, 503);
      assert.equal(await show.stateOf("show@360p"), "full");
      assert.deepEqual((await show.variants()).filter((one) => one.RESOLUTION).map((one) => one.RESOLUTION), ["1280x720", "854x480", "320x180"]);
      for (const viewer of viewers) viewer.close();
      await until("no process runs when everybody has left", () => show.children().length === 0, { timeout: 70000, every: 500 });
      assert.deepEqual((await show.live()).renditions.map((one) => one.state), ["offered", "offered", "offered"]);
    });

    test("ends with its stream", { timeout: 120000 }, async () => {
      const viewer = await show.viewer("show@480p");
      assert.equal((await show.server.rest("DELETE", "/api/v1/streams/show")).status, 200);
      await until("the viewer is told", () => viewer.ended !== null);
      await until("no process runs", () => show.children().length === 0, { timeout: 15000 });
    });
  });

  describe("in a browser", { concurrency: 1 }, () => {
    let show;
    before(async () => (show = await Show.open({ processes: 3 })));
    after(() => show?.close());

    test("is chosen by the quality menu in Chromium, and given up again", { timeout: 120000 }, async () => {
      const browser = await openBrowser();
      const page = await openPage(browser);
      await page.goto(`${show.server.url}/watch/show`);
      await untilMoving(page, 1, 40000);
      assert.equal((await videoState(page)).width, 1280);
      const choose = async (label, width) => {
        await page.locator("video").hover();
        await page.getByRole("button", { name: "Settings" }).click();
        if (label === "360p") await page.getByLabel("180p").waitFor();
        await page.getByLabel(label).check();
        if (label === "360p") await screenshot(page, "watch-quality");
        await page.keyboard.press("Escape");
        await page.waitForFunction((wanted) => document.querySelector("video")?.videoWidth === wanted, width, { timeout: 40000 });
        await untilMoving(page, 2, 30000);
        assert.equal((await videoState(page)).width, width);
      };
      await choose("360p", 640);
      assert.equal(await show.stateOf("show@360p"), "running");
      await choose("180p", 320);
      await choose("Automatic", 1280);
      assert.deepEqual(page.problems, []);
      await browser.close();
    });

    test("hls.js changes between the pictures without a hole", { timeout: 120000 }, async () => {
      const browser = await openBrowser();
      const play = await playInBrowser(browser, show.server, `${show.server.url}/hls/show.m3u8`, "hls", { startLevel: 0 });
      const level = (height) => play.page.evaluate((wanted) => (globalThis.hls.nextLevel = globalThis.hls.levels.findIndex((one) => one.height === wanted)), height);
      const untilSize = (size) => play.page.waitForFunction((wanted) => `${document.querySelector("video").videoWidth}x${document.querySelector("video").videoHeight}` === wanted, size, { timeout: 40000 });
      await until("it plays", async () => (await play.read()).tracks.video.length > 60, { timeout: 40000 });
      // At its beginning a player may seek on to live.
      const begun = (await play.read()).tracks.video.length;
      for (const [height, size] of [[180, "320x180"], [720, "1280x720"], [180, "320x180"], [720, "1280x720"]]) {
        await level(height);
        await untilSize(size);
        await sleep(4000);
      }
      await play.read();
      await play.stop();
      await browser.close();
      assert.deepEqual(play.complaints, []);
      const times = play.tracks.video.slice(begun);
      // A busy machine may make it skip a little; a segment that is missing is wider.
      const holes = times.slice(1).map((time, i) => [times[i], time]).filter(([from, to]) => to - from > 1.5 || to < from - 0.25);
      assert.deepEqual(holes, [], `${times.length} pictures`);
    });
  });
});

/** Whatever an encoder sends by enhanced RTMP, the rungs of it are H.264, cut where the stream is. */
describe("sources that are not H.264", { skip: withoutEnhanced, concurrency: true }, () => {
  let server;
  const publishers = [];

  before(async () => {
    server = await startServer({ env: { MATINEE_LIVESTREAM_LADDER: "120p@5000", MATINEE_LIVESTREAM_LADDER_MAX_PROCESSES: "4" } });
  });
  after(async () => {
    await Promise.all(publishers.map((publisher) => publisher.stop()));
    await server?.close();
  });

  for (const [kind, codec] of [["hevc", /^hvc1\./], ["av1", /^av01\./], ["vp9", /^vp09\./]]) {
    test(`${kind} plays as H.264 by FLV and HLS, key frames where the stream has them`, { timeout: 180000 }, async () => {
      await source(kind, 120);
      const stream = await server.createStream(kind);
      const publisher = await publish(`rtmp://127.0.0.1:${server.rtmpPort}/live/${stream.publish_key}`, kind, { seconds: 120 });
      publishers.push(publisher);
      await server.untilLive(kind).catch((error) => assert.fail(`${error.message}\n${publisher.log}`));
      const live = async () => (await server.rest("GET", `/api/v1/streams/${kind}`)).body.live;
      await until("its picture is known", async () => (await live()).tracks?.some((track) => codec.test(track.codec)));
      await until("it is known what it takes", async () => Date.now() - Date.parse((await live()).started_at) > 6000);
      const small = `${server.url}/flv/${kind}@120p.flv`;
      // On a machine with other work too, a first picture may take longer than the ten seconds that the server waits for it.
      await until("it is made", async () => (await fetch(`${server.url}/hls/${kind}@120p/main.m3u8`)).ok, { timeout: 60000, every: 500 });
      const [own, flv, hls] = await Promise.all([
        probe(`${server.url}/flv/${kind}.flv`, 10, ffprobeFor(kind)), probe(small, 6), probe(`${server.url}/hls/${kind}@120p/main.m3u8`, 4),
      ]);
      for (const { stream: made, packets } of [flv, hls]) {
        assert.deepEqual([made.codec_name, made.profile, made.width, made.height], ["h264", "Main", 214, 120]);
        assert.ok(packets.length > 30, `${packets.length} pictures`); // of 120, or of 180: a machine that is busy leaves out every second
        for (let i = 1; i < packets.length; i++) assert.ok(packets[i].time > packets[i - 1].time);
      }
      const [of, ours] = [keysOf(own.packets), keysOf(flv.packets)];
      const shared = of.filter((time) => time >= ours[0] && time <= ours.at(-1));
      assert.deepEqual(ours.filter((time) => time >= of[0] && time <= of.at(-1)), shared);
      assert.ok(shared.length >= 4, `${shared.length} key frames`);
      // What decodes it finds nothing wrong with a single picture.
      const decoded = await run("ffmpeg", ["-v", "error", "-xerror", "-i", small, "-t", "3", "-f", "null", "-"], { timeout: 60000 });
      assert.deepEqual([decoded.code, decoded.stderr], [0, ""]);
      assert.equal((await live()).renditions[0].state, "running");
      // Whatever the setting allows, the smaller picture is the one that takes less.
      const list = (await (await fetch(`${server.url}/hls/${kind}.m3u8`)).text()).split("\n");
      const bandwidths = list.filter((line) => line.includes("RESOLUTION=")).map((line) => [attributesOf(line.slice(18)).RESOLUTION, Number(attributesOf(line.slice(18)).BANDWIDTH)]);
      assert.deepEqual(bandwidths.map(([size]) => size), ["320x180", "214x120"]);
      assert.ok(bandwidths[1][1] < bandwidths[0][1], `${bandwidths}`);
    });
  }
});
