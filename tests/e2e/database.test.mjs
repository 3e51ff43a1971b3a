// PostgreSQL under the whole server: it goes away, streams go on, it comes back, writes go on.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { matinee, Server, sleep, until } from "./support/matinee.mjs";
import { Postgres } from "./support/postgres.mjs";

describe("with PostgreSQL", () => {
  let postgres, server, publisher;
  before(async () => {
    postgres = await Postgres.start();
    server = await Server.start({ args: ["--set", `database.url=${postgres.url}`] });
    const stream = await server.createStream("steady");
    publisher = server.publish(stream.publish_key);
    await server.untilLive("steady");
  });
  after(async () => {
    await publisher?.stop();
    await server?.close();
    await postgres?.close();
  });

  const frames = async () => {
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    return Number(/^matinee_rtmp_frames_received_total (\S+)/m.exec(metrics)?.[1] ?? 0);
  };

  test("db status says that it is current", async () => {
    const status = await matinee(["db", "status", "--data-dir", server.dataDir, "--set", `database.url=${postgres.url}`, "--output", "json"]);
    assert.equal(status.code, 0, status.stderr);
    assert.equal(JSON.parse(status.stdout).state, "current");
  });

  test("while it is away streams go on, writes answer 503 within 2 s, and it recovers by itself", async () => {
    await postgres.stop();
    const before = await frames();
    const begin = Date.now();
    const refused = await server.rest("POST", "/api/v1/streams", { name: "later" });
    assert.equal(refused.status, 503);
    assert.ok(Date.now() - begin < 2500, `${Date.now() - begin} ms`);
    assert.equal(refused.body.code, "unavailable");
    await sleep(1500);
    const since = (await frames()) - before;
    assert.ok(since > 30, `only ${since} frames came in 1.5 s\n${server.log}\n${publisher.log}`);
    assert.equal((await fetch(`${server.url}/health`)).status, 200);
    assert.equal((await fetch(`${server.url}/health/ready`)).status, 503);
    assert.equal(publisher.process.exitCode, null);

    await postgres.launch();
    await until("writes are taken again", async () => (await server.rest("POST", "/api/v1/streams", { name: "later" })).status === 201, { timeout: 15000, every: 250 });
    await until("it says so", async () => (await fetch(`${server.url}/health/ready`)).status === 200, { timeout: 15000, every: 250 });
  });
});
