// The same calls by REST and gRPC on one port, in clear and behind TLS, with clients that we did not write.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import grpc from "@grpc/grpc-js";
import protoLoader from "@grpc/proto-loader";
import { temporaryFolder } from "./support/children.mjs";
import { root, run, Server } from "./support/matinee.mjs";

const definition = protoLoader.loadSync(["matinee/v1/streams.proto", "matinee/v1/server.proto"], {
  includeDirs: [join(root, "common/proto")], keepCase: true, longs: Number, defaults: true, enums: String,
});
const api = grpc.loadPackageDefinition(definition).matinee.v1;

const unary = (client, method, request, key) =>
  new Promise((done) => {
    const metadata = new grpc.Metadata();
    if (key) metadata.set("authorization", `Bearer ${key}`);
    client[method](request, metadata, { deadline: Date.now() + 10000 }, (error, answer) => done({ error, answer }));
  });

/** Both faces spoken alike: names and plain values, without what only one of them can say. */
const plain = (stream) => ({ name: stream.name, private: stream.private, status: stream.status });

for (const tls of [false, true]) {
  describe(tls ? "behind TLS" : "in clear", () => {
    let server, folder, streams, info;
    before(async () => {
      folder = temporaryFolder("tls");
      const args = [];
      let credentials = grpc.credentials.createInsecure();
      if (tls) {
        const made = await run("openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
          "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", join(folder, "key.pem"), "-out", join(folder, "cert.pem")]);
        assert.equal(made.code, 0, made.stderr);
        args.push("--set", `server.tls_certificate=${join(folder, "cert.pem")}`, "--set", `server.tls_key=${join(folder, "key.pem")}`);
        process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0"; // for fetch; gRPC below is given the certificate to trust
        credentials = grpc.credentials.createSsl(readFileSync(join(folder, "cert.pem")));
      }
      server = await Server.start({ args, tls });
      streams = new api.StreamService(`127.0.0.1:${server.port}`, credentials);
      info = new api.ServerService(`127.0.0.1:${server.port}`, credentials);
    });
    after(async () => {
      streams.close();
      info.close();
      await server.close();
      delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
    });

    test("GetServer gives the same answer by gRPC and by REST", async () => {
      const rest = await server.rest("GET", "/api/v1/server", undefined, { key: "" });
      const { error, answer } = await unary(info, "GetServer", {});
      assert.equal(error, null);
      assert.deepEqual(answer, rest.body);
      assert.equal(answer.rtmp_port, server.rtmpPort);
    });

    test("a stream made by gRPC is listed by REST, with its key shown once", async () => {
      const made = await unary(streams, "CreateStream", { name: "by-grpc" }, server.key);
      assert.equal(made.error, null);
      assert.match(made.answer.publish_key, /^live_/);
      const listed = await server.rest("GET", "/api/v1/streams");
      const byGrpc = await unary(streams, "ListStreams", {}, server.key);
      assert.deepEqual(listed.body.streams.map(plain), byGrpc.answer.streams.map(plain));
      const row = listed.body.streams.find((s) => s.name === "by-grpc");
      assert.deepEqual(plain(row), { name: "by-grpc", private: false, status: "idle" });
      assert.equal(row.publish_key, undefined);
    });

    test("errors say the same on both faces", async () => {
      const rest = await server.rest("GET", "/api/v1/streams/nowhere");
      const { error } = await unary(streams, "GetStream", { name: "nowhere" }, server.key);
      assert.equal(rest.status, 404);
      assert.equal(rest.headers.get("content-type"), "application/problem+json");
      assert.equal(rest.body.code, "not_found");
      assert.equal(error.code, grpc.status.NOT_FOUND);
      assert.equal(error.details, rest.body.detail);
      assert.equal(error.metadata.get("matinee-code")[0], "not_found");
    });

    test("without a key there is nothing to see, and a wrong key is told so", async () => {
      assert.equal((await unary(streams, "ListStreams", {})).error.code, grpc.status.UNAUTHENTICATED);
      assert.equal((await unary(streams, "ListStreams", {}, "mtn_wrong_key")).error.code, grpc.status.UNAUTHENTICATED);
      assert.equal((await server.rest("GET", "/api/v1/streams", undefined, { key: "" })).status, 401);
      assert.equal((await server.rest("GET", "/api/v1/server", undefined, { key: "mtn_wrong_key" })).status, 401);
    });

    test("gRPC health and reflection answer", async () => {
      const loaded = await server.rest("GET", "/api/openapi.json", undefined, { key: "" });
      assert.equal(loaded.body.openapi.slice(0, 3), "3.1");
      const health = grpc.makeGenericClientConstructor({
        Check: { path: "/grpc.health.v1.Health/Check", requestStream: false, responseStream: false, requestSerialize: () => Buffer.alloc(0), responseDeserialize: (b) => b },
      }, "Health");
      const client = new health(`127.0.0.1:${server.port}`, tls ? grpc.credentials.createSsl(readFileSync(join(folder, "cert.pem"))) : grpc.credentials.createInsecure());
      const answer = await new Promise((done, fail) => client.Check({}, { deadline: Date.now() + 5000 }, (e, b) => (e ? fail(e) : done(b))));
      assert.deepEqual([...answer], [8, 1]); // status = SERVING
      client.close();
    });
  });
}

describe("the REST face", () => {
  let server;
  before(async () => (server = await Server.start()));
  after(async () => server.close());

  test("names the field that it does not know", async () => {
    const answer = await server.rest("POST", "/api/v1/streams", { name: "a", colour: "red" });
    assert.equal(answer.status, 400);
    assert.match(answer.body.detail, /colour/);
  });

  test("refuses a name that could not be an address", async () => {
    for (const name of ["", "A", "a b", "../x", "x".repeat(65)]) {
      const answer = await server.rest("POST", "/api/v1/streams", { name });
      assert.equal(answer.status, 400, name);
      assert.equal(answer.body.field, "name");
    }
  });

  test("rotates a key: the old one is refused, the new one publishes", async () => {
    const made = await server.createStream("rotated");
    const rotated = await server.rest("POST", "/api/v1/streams/rotated/rotate-key");
    assert.equal(rotated.status, 200);
    assert.notEqual(rotated.body.publish_key, made.publish_key);
    const old = server.publish(made.publish_key, { seconds: 5 });
    assert.notEqual(await old.ended, 0);
    const publisher = server.publish(rotated.body.publish_key);
    await server.untilLive("rotated");
    const kicked = await server.rest("POST", "/api/v1/streams/rotated/kick", { block_seconds: 60 });
    assert.equal(kicked.status, 200);
    assert.notEqual(await publisher.ended, 0);
    const again = server.publish(rotated.body.publish_key, { seconds: 5 });
    assert.notEqual(await again.ended, 0);
    assert.equal((await server.rest("DELETE", "/api/v1/streams/rotated")).status, 200);
    assert.equal((await server.rest("GET", "/api/v1/streams/rotated")).status, 404);
  });

  test("never shows or logs a publish key again", async () => {
    const { publish_key: key } = await server.createStream("secret");
    const publisher = server.publish(key);
    await server.untilLive("secret");
    for (const path of ["/api/v1/streams", "/api/v1/streams/secret", "/api/v1/playback/secret", "/metrics", "/health"]) {
      const text = await (await fetch(server.url + path, { headers: { authorization: `Bearer ${server.key}` } })).text();
      assert.ok(!text.includes(key), path);
    }
    await publisher.stop();
    assert.ok(!server.log.includes(key));
    assert.ok(!server.log.includes(server.key));
  });

  test("limits calls and says when to come again", async () => {
    const made = await server.rest("POST", "/api/v1/api-keys", { name: "hasty", scopes: ["server:read"] });
    assert.equal(made.status, 201);
    let limited;
    for (let i = 0; i < 700 && !limited; i++) {
      const answer = await server.rest("GET", "/api/v1/server/health", undefined, { key: made.body.key });
      if (answer.status === 429) limited = answer;
    }
    assert.ok(limited, "700 calls in a row were all answered");
    assert.ok(Number(limited.headers.get("retry-after")) >= 1);
    assert.equal(limited.body.code, "rate_limited");
  });

  test("a revoked key is refused at once, one of a lower scope has its limits", async () => {
    const made = await server.rest("POST", "/api/v1/api-keys", { name: "short", scopes: ["streams:read"] });
    const key = made.body.key;
    assert.equal((await server.rest("GET", "/api/v1/streams", undefined, { key })).status, 200);
    assert.equal((await server.rest("POST", "/api/v1/streams", { name: "x" }, { key })).status, 403);
    assert.equal((await server.rest("DELETE", `/api/v1/api-keys/${made.body.id}`)).status, 200);
    assert.equal((await server.rest("GET", "/api/v1/streams", undefined, { key })).status, 401);
  });

  test("promtool finds nothing to say about /metrics", async () => {
    await server.rest("GET", "/api/v1/streams");
    const text = await (await fetch(`${server.url}/metrics`)).text();
    const checked = await run("promtool", ["check", "metrics"], { input: text });
    assert.equal(checked.code, 0, checked.stdout + checked.stderr);
    assert.equal(checked.stdout + checked.stderr, "");
  });

  test("a validator accepts the OpenAPI document", async () => {
    const { Validator } = await import("@seriousme/openapi-schema-validator");
    const document = await (await fetch(`${server.url}/api/openapi.json`)).json();
    const result = await new Validator().validate(document);
    assert.ok(result.valid, JSON.stringify(result.errors, null, 1));
    assert.ok(Object.keys(document.paths).length >= 8);
  });

  test("/health has the version and each check; security headers are on every answer", async () => {
    const answer = await fetch(`${server.url}/health`);
    assert.equal(answer.status, 200);
    const health = await answer.json();
    assert.match(health.version, /^\d+\.\d+\.\d+/);
    assert.ok(health.checks.some((c) => c.name === "database" && c.status === "ok"));
    assert.equal(answer.headers.get("x-content-type-options"), "nosniff");
    const page = await fetch(`${server.url}/`);
    const policy = page.headers.get("content-security-policy");
    assert.ok(policy && !/script-src[^;]*unsafe-inline/.test(policy), policy);
  });
});
