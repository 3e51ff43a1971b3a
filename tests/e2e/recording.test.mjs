// Recordings end to end: kill -9 in the middle, a disk that is full, Range and HLS in a real browser.
import assert from "node:assert/strict";
import { closeSync, existsSync, openSync, readFileSync, rmSync, statfsSync, writeSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { openBrowser, openPage, videoState } from "./support/browser.mjs";
import { temporaryFolder } from "./support/children.mjs";
import { root, run, Server, sleep, until } from "./support/matinee.mjs";

const settings = (values) => Object.entries(values).flatMap(([key, value]) => ["--set", `${key}=${value}`]);

const list = async (server, query = "") => (await server.rest("GET", `/api/v1/recordings${query}`)).body.recordings ?? [];
const stateOf = async (server, name) => (await server.rest("GET", `/api/v1/streams/${name}/recording`)).body;

/** What a decoder says about a file or an address from beginning to end; nothing where it is whole. */
async function complaints(source) {
  const judged = await run("ffmpeg", ["-nostdin", "-v", "error", "-xerror", "-i", source, "-f", "null", "-"]);
  return judged.code === 0 ? judged.stderr : `exit code ${judged.code}: ${judged.stderr}`;
}

async function durationOf(source) {
  return Number((await run("ffprobe", ["-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", source])).stdout);
}

const allReady = (server, timeout = 15000) =>
  until("all recordings are closed", async () => {
    const all = await list(server);
    return all.length && all.every((one) => one.state !== "writing") ? all : null;
  }, { timeout });

// Most of it is waiting: all run side by side.
describe("recordings", { concurrency: true }, () => {
  describe("a recorded stream", { concurrency: 1 }, () => {
    let server, stream, publisher;
    before(async () => {
      server = await Server.start({ args: settings({ "recording.enabled": true, "recording.min_free_megabytes": 0, "recording.segment_seconds": 10 }) });
      stream = await server.createStream("show");
    });
    after(async () => {
      await publisher?.stop();
      await server.close();
    });

    test("kill -9 in the middle of 20 s: every file that is listed afterwards decodes to its end", async () => {
      publisher = server.publish(stream.publish_key, { gop: 30 });
      await server.untilLive("show");
      await sleep(13000);
      await server.stop("SIGKILL");
      await publisher.stop();
      await server.launch();
      publisher = server.publish(stream.publish_key, { gop: 30, seconds: 7 });
      await server.untilLive("show");
      await publisher.ended;
      const all = await until("three files are closed", async () => {
        const files = await list(server);
        return files.length >= 3 && files.every((one) => one.state === "ready") ? files : null;
      }, { timeout: 30000 });
      let seconds = 0;
      for (const one of all) {
        assert.equal(await complaints(join(server.dataDir, "recordings", one.path)), "", one.path);
        assert.ok(Math.abs((await durationOf(join(server.dataDir, "recordings", one.path))) - one.duration_seconds) < 0.3);
        seconds += one.duration_seconds;
      }
      assert.ok(seconds > 16, `${seconds} s of 20 were kept`); // at most what one group of pictures and the two starts take
      assert.ok(all.some((one) => /ended while/.test(one.note)));
      const onDisk = (await run("find", [join(server.dataDir, "recordings"), "-type", "f"])).stdout.trim().split("\n");
      assert.equal(onDisk.length, all.length, "no file without its recording");
    });

    test("is played by Range and by HLS, by ffmpeg, Chromium's own player and hls.js", async () => {
      const [longest] = (await allReady(server)).sort((a, b) => b.duration_seconds - a.duration_seconds);
      for (const path of [longest.file_path, longest.hls_path]) assert.equal(await complaints(`${server.url}${path}`), "", path);
      assert.ok(Math.abs((await durationOf(`${server.url}${longest.hls_path}`)) - longest.duration_seconds) < 0.3);
      const part = await fetch(`${server.url}${longest.file_path}`, { headers: { range: "bytes=1000-1999" } });
      assert.equal(part.status, 206);
      assert.equal((await part.arrayBuffer()).byteLength, 1000);

      const browser = await openBrowser();
      try {
        const page = await openPage(browser, { bypassCSP: true });
        await page.goto(`${server.url}/health/live`); // any page of the same origin
        await page.evaluate((source) => {
          document.body.innerHTML = "<video muted></video>";
          const video = document.querySelector("video");
          video.src = source;
          return video.play();
        }, longest.file_path);
        await page.waitForFunction(() => document.querySelector("video").currentTime > 1, null, { timeout: 15000 });
        const facts = await page.evaluate(() => ({ duration: document.querySelector("video").duration, error: document.querySelector("video").error }));
        assert.equal(facts.error, null);
        assert.ok(Math.abs(facts.duration - longest.duration_seconds) < 0.5, `the browser thinks it lasts ${facts.duration} s`);
        // Into what was not loaded yet.
        await page.evaluate((to) => (document.querySelector("video").currentTime = to), longest.duration_seconds - 2);
        await page.waitForFunction((end) => document.querySelector("video").currentTime > end, longest.duration_seconds - 1.5, { timeout: 15000 });
        assert.equal((await videoState(page)).width, 640);

        await page.addScriptTag({ content: readFileSync(createRequire(join(root, "resources/web-client/package.json")).resolve("hls.js/dist/hls.min.js"), "utf8") });
        await page.evaluate((source) => {
          document.body.innerHTML = "<video muted></video>";
          globalThis.failures = [];
          const hls = new globalThis.Hls();
          hls.on(globalThis.Hls.Events.ERROR, (_, data) => globalThis.failures.push(data.details));
          hls.loadSource(source);
          hls.attachMedia(document.querySelector("video"));
          return document.querySelector("video").play();
        }, longest.hls_path);
        await page.waitForFunction(() => document.querySelector("video").currentTime > 1, null, { timeout: 15000 });
        await page.evaluate((to) => (document.querySelector("video").currentTime = to), longest.duration_seconds - 2);
        await page.waitForFunction((end) => document.querySelector("video").currentTime > end, longest.duration_seconds - 1.5, { timeout: 15000 });
        assert.deepEqual(await page.evaluate(() => globalThis.failures), []);
      } finally {
        await browser.close();
      }
    });

    test("becomes a clip, and is deleted for good", async () => {
      const made = await server.rest("POST", "/api/v1/streams/show/clips", { last_seconds: 4 });
      assert.equal(made.status, 201, JSON.stringify(made.body));
      const clip = await until("the clip is ready", async () => {
        const { body } = await server.rest("GET", `/api/v1/recordings/${made.body.id}`);
        return body.state === "ready" ? body : null;
      });
      assert.equal(clip.kind, "clip");
      assert.equal(clip.progress, 1);
      assert.ok(clip.duration_seconds >= 3.5 && clip.duration_seconds < 7, `${clip.duration_seconds} s`);
      assert.equal(await complaints(`${server.url}${clip.file_path}`), "");
      assert.equal((await server.rest("POST", "/api/v1/streams/show/clips", { last_seconds: 7200 })).status, 400);
      assert.equal((await server.rest("POST", "/api/v1/streams/show/clips", { from: "2020-01-01T00:00:00Z", to: "2020-01-01T00:01:00Z" })).status, 404);
      assert.equal((await server.rest("POST", "/api/v1/streams/show/clips", {})).status, 400);

      assert.equal((await server.rest("DELETE", `/api/v1/recordings/${clip.id}`)).status, 200);
      assert.equal((await server.rest("DELETE", `/api/v1/recordings/${clip.id}`)).status, 404);
      assert.ok(!existsSync(join(server.dataDir, "recordings", clip.path)));
      assert.equal((await fetch(`${server.url}${clip.file_path}`)).status, 404);
      assert.equal((await server.rest("GET", "/api/v1/recordings", undefined, { key: null })).status, 401);
      const pages = [];
      for (let token = ""; ; ) {
        const page = (await server.rest("GET", `/api/v1/recordings?stream=show&page_size=1&page_token=${token}`)).body;
        pages.push(...page.recordings);
        if (!(token = page.next_page_token)) break;
      }
      assert.deepEqual(pages.map((one) => one.id), (await list(server)).map((one) => one.id));
    });
  });

  describe("recording by call", () => {
    test("start and stop say what is so; recordings of a private stream are private", async () => {
      const server = await Server.start({ args: settings({ "recording.min_free_megabytes": 0 }) });
      const stream = await server.createStream("secret", { private: true });
      assert.equal((await stateOf(server, "secret")).state, "off");
      const publisher = server.publish(stream.publish_key, { gop: 30 });
      await server.untilLive("secret");
      const started = await server.rest("POST", "/api/v1/streams/secret/recording/start", {});
      assert.equal(started.body.state, "recording", JSON.stringify(started.body));
      assert.equal(started.body.recording.stream, "secret");
      await sleep(3000);
      const stopped = await server.rest("POST", "/api/v1/streams/secret/recording/stop", {});
      assert.equal(stopped.body.state, "off");
      const [made] = await allReady(server);
      assert.equal((await fetch(`${server.url}${made.file_path}`)).status, 404);
      assert.equal((await fetch(`${server.url}${made.hls_path}`)).status, 404);
      assert.equal((await fetch(`${server.url}${made.file_path}?token=forged`)).status, 403);
      assert.equal(await complaints(`${server.url}${made.hls_path}?key=${server.key}`), "");
      assert.equal((await server.rest("POST", "/api/v1/streams/nobody/recording/start", {})).status, 404);
      await publisher.stop();
      await server.close();
    });
  });

  describe("a disk that gets full", () => {
    /** A small disk of a test's own, or nothing where none can be mounted. */
    async function mountDisk(t) {
      const folder = temporaryFolder("full");
      if ((await run("mount", ["-t", "tmpfs", "-o", "size=40m", "matinee-test", folder])).code !== 0) return null;
      t.after(() => run("umount", ["-l", folder]));
      return folder;
    }

    /** Leaves so many bytes free; gives what gives them back. */
    function fill(folder, leave) {
      const ballast = join(folder, "ballast");
      const file = openSync(ballast, "w");
      try {
        const free = () => statfsSync(folder).bavail * statfsSync(folder).bsize;
        while (free() > leave) writeSync(file, Buffer.alloc(Math.max(1, Math.min(1 << 20, free() - leave))));
      } catch (error) {
        if (error.code !== "ENOSPC") throw error;
      } finally {
        closeSync(file);
      }
      return () => rmSync(ballast);
    }

    for (const minimum of [0, 12]) {
      const what = minimum ? "recording.min_free_megabytes is reached" : "not a byte is left";
      test(`${what}: the stream goes on, the state says so, recording resumes by itself`, async (t) => {
        const directory = await mountDisk(t);
        if (!directory) return t.skip("a tmpfs cannot be mounted here; that needs root");
        const server = await Server.start({ args: settings({ "recording.enabled": true, "recording.directory": directory, "recording.min_free_megabytes": minimum }) });
        const stream = await server.createStream("show");
        const publisher = server.publish(stream.publish_key, { gop: 15 });
        t.after(async () => {
          await publisher.stop();
          await server.close();
        });
        await server.untilLive("show");
        await until("it is recorded", async () => (await stateOf(server, "show")).recording?.duration_seconds > 2, { timeout: 20000 });
        const release = fill(directory, minimum ? 8 << 20 : 0);
        const full = await until("the state says that the disk is full", async () => {
          const state = await stateOf(server, "show");
          return state.state === "waiting_for_room" ? state : null;
        }, { timeout: 20000 });
        assert.match(full.detail, /disk/);
        const frames = async () => (await server.rest("GET", "/api/v1/streams/show")).body.live.frames;
        const before = await frames();
        await until("the stream goes on", async () => (await frames()) > before + 60, { timeout: 20000 });
        assert.equal((await stateOf(server, "show")).state, "waiting_for_room");
        release();
        await until("it is recorded again", async () => (await stateOf(server, "show")).recording?.duration_seconds > 2, { timeout: 20000 });
        assert.ok((await stateOf(server, "show")).lost_groups >= 2);
        await publisher.stop();
        const all = await allReady(server, 30000);
        assert.ok(all.length >= 2);
        for (const one of all) assert.equal(await complaints(join(directory, one.path)), "", one.path);
      });
    }
  });
});
