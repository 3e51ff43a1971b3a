// API keys of people, guests, tickets for sockets, a password in one call, and new signing keys, on the real server.
import assert from "node:assert/strict";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import opaque from "@serenity-kit/opaque";
import { Client, OpenSocket, STANDARD } from "./support/account.mjs";
import { FlvViewer } from "./support/flv_viewer.mjs";
import { matinee, Server, sleep, until } from "./support/matinee.mjs";

const PASSWORD = "correct horse 電池 staple";
const hasEnded = async (socket) => Promise.race([socket.closed.then(() => true), sleep(3000).then(() => false)]);

before(() => opaque.ready);

describe("keys, guests, tickets", () => {
  let server, root, ada;
  const cli = async (...args) => matinee([...args, "--data-dir", server.dataDir]);
  const person = async (name, role) => {
    const made = await cli("user", "create", name, "--role", role, "--output", "json");
    assert.equal(made.code, 0, made.stderr);
    const client = new Client(server);
    const answer = await client.signUp("", PASSWORD, JSON.parse(made.stdout).link.address.split("#")[1]);
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    return client;
  };
  /** A call by a key or token alone. */
  const as = async (key, method, path, body) => server.rest(method, path, body, { key });
  const ownKey = async (client, scopes, more = {}) => {
    const made = await client.call("POST", "/api/v1/me/api-keys", { name: "mine", scopes, ...more });
    assert.equal(made.status, 201, JSON.stringify(made.body));
    return made.body;
  };
  const socketOf = async (key) => {
    const socket = await OpenSocket.open(server, { authorization: `Bearer ${key}` });
    socket.send({ ping: { id: 1 } });
    await until("the socket is signed in", () => socket.messages.length >= 2);
    return socket;
  };

  /** The server takes up what may change while it runs. */
  const reread = (yaml) => {
    writeFileSync(join(server.dataDir, "matinee.yaml"), yaml);
    server.process.kill("SIGHUP");
  };

  before(async () => {
    server = await Server.start({ args: ["--set", "logging.level=debug"] });
    root = await person("root", "root");
    ada = await person("ada", "admin");
  });
  after(() => server?.close());

  test("a person makes a key of their own, with no more than they may, and sees when it was used", async () => {
    const key = await ownKey(ada, ["streams"], { expires_in_seconds: 3600 });
    assert.match(key.key, /^mtn_/);
    assert.equal((await as(key.key, "GET", "/api/v1/streams")).status, 200);
    assert.equal((await as(key.key, "GET", "/api/v1/users")).status, 403);
    assert.equal((await as(key.key, "GET", "/api/v1/me")).status, 403, "a key is no person");
    assert.equal((await ada.call("POST", "/api/v1/me/api-keys", { name: "more", scopes: ["admin"] })).status, 403);
    await until("the use is written down", async () => {
      const { keys } = (await ada.call("GET", "/api/v1/me/api-keys")).body;
      assert.equal(keys.length, 1);
      assert.equal(keys[0].key ?? "", "");
      return keys[0].last_used_at;
    });
    const all = JSON.parse((await cli("api-key", "list", "--output", "json")).stdout).keys;
    assert.deepEqual(all.map((each) => each.owner || "-").sort(), ["-", "ada"]);
    const entry = (await root.call("GET", "/api/v1/audit?action=matinee.v1.MyApiKeyService/CreateMyApiKey")).body;
    assert.ok(!JSON.stringify(entry).includes(key.key));
  });

  test("what ends or shrinks the owner ends or shrinks their keys within a second, open sockets too", async () => {
    const key = (await ownKey(ada, ["streams"])).key;
    for (const [what, begin, end] of [
      ["ban", ["user", "ban", "ada", "--for", "1h"], ["user", "unban", "ada"]],
      ["role", ["user", "role", "ada", "user"], ["user", "role", "ada", "admin"]],
      ["closing", ["user", "delete", "ada"], ["user", "restore", "ada"]],
    ]) {
      const socket = await socketOf(key);
      const done = cli(...begin);
      assert.equal(await hasEnded(socket), true, what);
      assert.equal((await done).code, 0);
      assert.equal((await as(key, "GET", "/api/v1/streams")).status, what === "role" ? 403 : 401, what);
      assert.equal((await cli(...end)).code, 0);
      assert.equal((await as(key, "GET", "/api/v1/streams")).status, 200, what);
    }
    const signedIn = await new Client(server).signIn("ada", PASSWORD);
    assert.equal(signedIn.status, 200);
    ada.tokens = signedIn.body.session;

    const { id } = (await ada.call("GET", "/api/v1/me/api-keys")).body.keys[0];
    const socket = await socketOf(key);
    const begin = performance.now();
    assert.equal((await root.call("DELETE", `/api/v1/me/api-keys/${id}`)).status, 404, "not root's own");
    assert.equal((await ada.call("DELETE", `/api/v1/me/api-keys/${id}`)).status, 200);
    assert.ok((await socket.closed) - begin < 1000, `${socket.closedAt - begin} ms`);
    assert.equal((await as(key, "GET", "/api/v1/streams")).status, 401);
  });

  test("who watches a private stream by a session or a key is cut off when that ends or allows it no longer, and nobody else is", { timeout: 60000 }, async () => {
    const stream = await server.createStream("theatre", { private: true });
    const publisher = server.publish(stream.publish_key, { size: "320x180" });
    await server.untilLive("theatre");
    const ofPath = (more = "") => `${server.url}/flv/theatre.flv${more}`;
    const first = (await ownKey(ada, ["streams:read"])).key;
    const second = await ownKey(ada, ["streams:read"]);
    const { token } = (await server.rest("POST", "/api/v1/streams/theatre/playback-tokens", { ttl_seconds: 3600 })).body;
    const elsewhere = new Client(server);
    assert.equal((await elsewhere.signIn("ada", PASSWORD)).status, 200);
    const viewers = {
      first: new FlvViewer(ofPath(`?key=${first}`)),
      second: new FlvViewer(ofPath(`?key=${second.key}`)),
      secondOnSocket: new FlvViewer(`${server.url}/flv/theatre?key=${second.key}`, { websocket: true }),
      session: new FlvViewer(ofPath(), { headers: { authorization: `Bearer ${elsewhere.tokens.access_token}` } }),
      link: new FlvViewer(ofPath(`?token=${token}`)),
      linkAndKey: new FlvViewer(ofPath(`?token=${token}&key=${second.key}`)),
    };
    const gone = async (...names) => {
      const begin = performance.now();
      await until(`${names} are gone`, () => names.every((name) => viewers[name].ended), { every: 10 });
      assert.ok(performance.now() - begin < 1000, `${names}: ${performance.now() - begin} ms`);
    };
    const watching = () => Object.keys(viewers).filter((name) => !viewers[name].ended);
    try {
      await until("all watch", () => Object.values(viewers).every((viewer) => viewer.bytes > 10000));
      assert.equal((await elsewhere.call("POST", "/api/v1/session/sign-out", {})).status, 200);
      await gone("session");
      assert.equal((await ada.call("DELETE", `/api/v1/me/api-keys/${second.id}`)).status, 200);
      await gone("second", "secondOnSocket");
      assert.match(viewers.secondOnSocket.ended, /1008|^closed$/);
      // Another role that may watch as well changes nothing.
      assert.equal((await cli("user", "role", "ada", "root")).code, 0);
      const before = viewers.first.bytes;
      await until("the first one goes on", () => viewers.first.bytes > before + 50000);
      assert.deepEqual(watching(), ["first", "link", "linkAndKey"]);
      assert.equal((await cli("user", "role", "ada", "user")).code, 0);
      await gone("first");
      assert.deepEqual(watching(), ["link", "linkAndKey"], "a link is good by itself");
      assert.equal(publisher.process.exitCode, null, "the publisher notices nothing");
      const metrics = await (await fetch(`${server.url}/metrics`)).text();
      assert.match(metrics, /matinee_viewers_revoked_total\{protocol="flv"\} 3\n/);
      assert.match(metrics, /matinee_viewers_revoked_total\{protocol="flv_websocket"\} 1\n/);
    } finally {
      for (const viewer of Object.values(viewers)) viewer.close();
      await publisher.stop();
    }
    assert.equal((await cli("user", "role", "ada", "admin")).code, 0);
    ada.tokens = (await new Client(server).signIn("ada", PASSWORD)).body.session;
  });

  test("a guest has a name, a token for a day, and no more than everybody", async () => {
    const entered = await as(null, "POST", "/api/v1/guest", {});
    assert.equal(entered.status, 200, JSON.stringify(entered.body));
    assert.match(entered.body.guest.name, /^Guest \d{4}$/);
    const token = entered.body.session.access_token;
    assert.equal((await as(token, "GET", "/api/v1/server")).status, 200);
    assert.equal((await as(token, "GET", "/api/v1/streams")).status, 403);
    assert.equal((await as(token, "GET", "/api/v1/me")).status, 403);
    const claims = JSON.parse(Buffer.from(token.split(".")[1], "base64url"));
    assert.equal(claims.exp - claims.iat, 86400);
    // In a browser it is a cookie, as a person's.
    const browser = new Client(server, { web: true, origin: server.url });
    const cookies = (await browser.call("POST", "/api/v1/guest", {})).lines;
    assert.equal(cookies.length, 1);
    assert.match(cookies[0], /^matinee_access=.*HttpOnly; SameSite=Lax/);
  });

  test("a ticket opens one socket, once, and is in no log", async () => {
    const openWith = (ticket) => OpenSocket.open(server, {}, `?ticket=${ticket}`);
    const made = await ada.call("POST", "/api/v1/socket-ticket", {});
    assert.equal(made.status, 200, JSON.stringify(made.body));
    const socket = await openWith(made.body.ticket);
    socket.send({ subscribe: { topic: "streams" } });
    await until("the socket is hers", () => socket.messages.some((message) => message.event?.streams || message.event));
    await assert.rejects(openWith(made.body.ticket), /401/, "used");
    await assert.rejects(openWith("a".repeat(26)), /401/);
    assert.equal((await as(null, "POST", "/api/v1/socket-ticket", {})).status, 401);
    assert.equal((await as(server.key, "POST", "/api/v1/socket-ticket", {})).status, 403, "a key is no person");

    const guest = (await as(null, "POST", "/api/v1/guest", {})).body.session.access_token;
    const ofGuest = (await as(guest, "POST", "/api/v1/socket-ticket", {})).body.ticket;
    const guests = await openWith(ofGuest);
    guests.send({ ping: { id: 7 } });
    await until("the guest's socket answers", () => guests.messages.some((message) => message.pong?.id === 7));

    // It ends with the session that asked for it.
    const begin = performance.now();
    assert.equal((await ada.call("POST", "/api/v1/session/sign-out", {})).status, 200);
    assert.ok((await socket.closed) - begin < 1000, `${socket.closedAt - begin} ms`);
    ada.tokens = (await new Client(server).signIn("ada", PASSWORD)).body.session;
    guests.socket.destroy();
    for (const secret of [made.body.ticket, ofGuest, guest]) assert.ok(!server.log.includes(secret) && !server.output.includes(secret));
  });

  test("guests are let in as long as the setting says so, and must leave when it no longer does", async () => {
    const guest = (await as(null, "POST", "/api/v1/guest", {})).body.session.access_token;
    const socket = await socketOf(guest);
    reread("accounts:\n  allow_guests: false\n");
    assert.equal(await hasEnded(socket), true);
    assert.equal((await as(null, "POST", "/api/v1/guest", {})).status, 403);
    assert.equal((await as(guest, "GET", "/api/v1/server")).status, 401);
    reread("accounts:\n  allow_guests: true\n");
    await until("they are let in again", async () => (await as(null, "POST", "/api/v1/guest", {})).status === 200);
    assert.equal((await as(guest, "GET", "/api/v1/server")).status, 200);
  });

  test("a script signs in by password only where it may", async () => {
    const direct = (name, password) => as(null, "POST", "/api/v1/sign-in/direct", { name, password });
    assert.equal((await direct("ada", PASSWORD)).status, 403);
    // As browsers register: with the whole cost.
    const made = await cli("user", "create", "script", "--output", "json");
    const browser = new Client(server, { cost: STANDARD });
    assert.equal((await browser.signUp("", PASSWORD, JSON.parse(made.stdout).link.address.split("#")[1])).status, 200);
    reread("accounts:\n  allow_direct_password: true\n");
    await until("it is allowed", async () => (await direct("nobody", "something else")).status === 401);
    const signedIn = await direct("Script", PASSWORD);
    assert.equal(signedIn.status, 200, JSON.stringify(signedIn.body));
    assert.equal((await as(signedIn.body.session.access_token, "GET", "/api/v1/me")).body.name, "script");
    const wrong = await direct("script", "something else");
    const nobody = await direct("nobody", "something else");
    assert.equal(wrong.status, 401);
    assert.equal(nobody.status, 401);
    assert.equal(wrong.body.detail, nobody.body.detail);
    assert.equal((await direct("script", "x".repeat(1025))).body.field, "password");
    for (const secret of [PASSWORD, "something else"]) assert.ok(!server.log.includes(secret));
  });

  test("new signing keys: tokens of the former ones go on, sessions as well, and a restart keeps it so", async () => {
    const header = (token) => JSON.parse(Buffer.from(token.split(".")[0], "base64url"));
    const before = ada.tokens.access_token;
    assert.equal((await as(before, "GET", "/api/v1/me")).status, 200);
    const file = join(server.dataDir, "secrets/signing-keys.json");
    assert.ok(!existsSync(file));
    const rotated = await cli("settings", "rotate-signing-key");
    assert.equal(rotated.code, 0, rotated.stderr);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    for (const seed of JSON.parse(readFileSync(file)).access.keys) assert.ok(!rotated.stdout.includes(seed.seed));
    server.process.kill("SIGHUP");
    await until("the settings were read", () => server.log.includes("reading the settings again"));
    await until("a new key signs", async () => {
      assert.equal((await ada.refresh()).status, 200);
      return header(ada.tokens.access_token).kid !== header(before).kid;
    });
    assert.equal((await as(before, "GET", "/api/v1/me")).status, 200, "the former key's token");
    assert.equal((await as(ada.tokens.access_token, "GET", "/api/v1/me")).status, 200);
    await server.restart();
    assert.equal((await as(before, "GET", "/api/v1/me")).status, 200);
    assert.equal((await as(ada.tokens.access_token, "GET", "/api/v1/me")).status, 200);
    // The name of a key that there is not, and of one with another's signature.
    const [head, body, signature] = ada.tokens.access_token.split(".");
    const named = (kid) => Buffer.from(JSON.stringify({ ...header(ada.tokens.access_token), kid })).toString("base64url");
    for (const kid of ["", "nobody", header(before).kid]) assert.equal((await as(`${named(kid)}.${body}.${signature}`, "GET", "/api/v1/me")).status, 401, kid);
    assert.equal((await as(`${head}.${body}.${signature}`, "GET", "/api/v1/me")).status, 200);
  });
});
