// People on the real server over REST: the set-up link makes the first root, passwords by OPAQUE, sessions and their cookies, roles and bans.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import opaque from "@serenity-kit/opaque";
import { Client, OpenSocket, STANDARD } from "./support/account.mjs";
import { temporaryFolder } from "./support/children.mjs";
import { matinee, Server, until } from "./support/matinee.mjs";

const FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";
const PASSWORD = "correct horse 電池 staple";

before(() => opaque.ready);

describe("a new server", () => {
  let server, root, alice;
  const cli = async (...args) => matinee([...args, "--data-dir", server.dataDir]);
  const json = async (...args) => {
    const { code, stdout, stderr } = await cli(...args, "--output", "json");
    assert.equal(code, 0, stderr);
    return JSON.parse(stdout);
  };
  const linkToken = (link) => link.address.split("#")[1];

  before(async () => {
    server = await Server.start({ isNew: true });
  });
  after(() => server?.close());

  test("its set-up link makes the first root, once, and shows the first stream", async () => {
    const token = await until("the banner", () => /\/setup#(\S+)/.exec(server.output)?.[1]);
    root = new Client(server);
    const answer = await root.signUp("Ada", PASSWORD, token);
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    assert.equal(answer.body.outcome, "signed_in");
    assert.equal(answer.body.user.role, "root");
    assert.equal(answer.body.first_stream.name, "live");
    assert.ok(answer.body.first_stream.publish_key);
    assert.equal((await new Client(server).signUp("Eve", "another one", token)).status, 403);
    assert.equal((await server.rest("GET", "/api/v1/server")).body.needs_setup ?? false, false);
  });

  test("nobody else signs up: accounts.sign_up is closed", async () => {
    const refused = await new Client(server).signUp("mallory", "let me in please");
    assert.equal(refused.status, 403);
  });

  test("sign out, and sign in with the password, by another spelling of the name", async () => {
    assert.equal((await root.call("GET", "/api/v1/me")).body.name, "Ada");
    assert.equal((await root.call("POST", "/api/v1/session/sign-out", {})).status, 200);
    assert.equal((await root.call("GET", "/api/v1/me")).status, 401);
    assert.equal((await root.refresh()).status, 401);
    root = new Client(server);
    assert.equal((await root.signIn("ada", PASSWORD)).status, 200);
    const me = (await root.call("GET", "/api/v1/me")).body;
    assert.deepEqual([me.role, me.state, me.has_password], ["root", "active", true]);
    assert.ok(me.permissions.includes("administer"));
  });

  test("a wrong password and a name that nobody has are told alike", async () => {
    const wrong = await new Client(server).signIn("Ada", "correct horse");
    const nobody = await new Client(server).signIn("nobody", PASSWORD);
    const shape = ({ status, body }) => [status, body.code, body.detail];
    assert.equal(wrong.status, 401);
    assert.deepEqual(shape(wrong), shape(nobody));
  });

  test("an admin makes an account, and its link sets the password, once", async () => {
    const made = await root.call("POST", "/api/v1/users", { name: "alice" });
    assert.equal(made.status, 201, JSON.stringify(made.body));
    assert.equal(made.body.user.has_password, false);
    alice = new Client(server);
    const token = linkToken(made.body.link);
    assert.equal((await alice.signUp("", PASSWORD, token)).body.user.name, "alice");
    assert.equal((await new Client(server).signUp("", "mine now, I hope", token)).status, 403);
    assert.equal((await alice.call("GET", "/api/v1/users")).status, 403);
    assert.equal((await root.call("POST", "/api/v1/users", { name: "AL1CE" })).status, 409, "looks like it");
    assert.equal((await root.call("POST", "/api/v1/users", { name: "аlice" })).status, 400, "with a Cyrillic a");
  });

  test("an API key is no person, and may handle people", async () => {
    const key = (await json("api-key", "create", "--name", "script", "--scope", "admin")).key;
    const refused = await server.rest("GET", "/api/v1/me", undefined, { key });
    assert.equal(refused.status, 403);
    assert.match(refused.body.detail, /person/);
    assert.equal((await server.rest("GET", "/api/v1/users", undefined, { key })).body.users.length, 2);
  });

  test("a refresh token is good once: its copy is taken for stolen, and the session ends", async () => {
    const thief = new Client(server);
    const owner = new Client(server);
    await owner.signIn("alice", PASSWORD);
    const first = owner.tokens.refresh_token;
    assert.equal((await owner.refresh()).status, 200);
    const second = owner.tokens.refresh_token;
    assert.notEqual(second, first);
    // Within a few seconds several tabs may use the same one, and get the same.
    assert.equal((await thief.refresh(first)).body.refresh_token, second);
    assert.equal((await owner.refresh()).status, 200);
    assert.equal((await thief.refresh(first)).status, 401, "two generations old");
    assert.equal((await owner.refresh()).status, 401, "the session has ended");
    assert.equal((await owner.call("GET", "/api/v1/me")).status, 401);
    assert.equal((await owner.refresh(first.slice(0, -1) + (first.endsWith("A") ? "B" : "A"))).status, 401);
  });

  test("sessions are listed with their devices, and one that is revoked loses its socket within a second", async () => {
    const firefox = new Client(server, { agent: FIREFOX });
    await firefox.signIn("alice", PASSWORD);
    const { sessions } = (await alice.call("GET", "/api/v1/me/sessions")).body;
    assert.deepEqual(sessions.map((session) => session.device).sort(), ["Firefox on Linux", "matinee-test"]);
    assert.equal(sessions.filter((session) => session.current).length, 1);
    const other = sessions.find((session) => session.device === "Firefox on Linux");

    const socket = await OpenSocket.open(server, { authorization: `Bearer ${firefox.tokens.access_token}` });
    socket.send({ ping: { id: 1 } });
    await until("the socket is signed in", () => socket.messages.length >= 2);
    const begin = performance.now();
    assert.equal((await alice.call("DELETE", `/api/v1/me/sessions/${other.id}`)).body.revoked, 1);
    assert.ok((await socket.closed) - begin < 1000, `${socket.closedAt - begin} ms`);
    assert.equal((await firefox.call("GET", "/api/v1/me")).status, 401);
    assert.equal((await alice.call("GET", "/api/v1/me")).status, 200);
    assert.equal((await alice.call("DELETE", `/api/v1/me/sessions/${other.id}`)).status, 404);
  });

  test("a browser's tokens are cookies that no script reads, and count only for our own pages", async () => {
    const browser = new Client(server, { web: true, agent: FIREFOX, origin: server.url });
    const answer = await browser.signIn("alice", PASSWORD);
    assert.equal(answer.status, 200);
    assert.doesNotMatch(JSON.stringify(answer.body), /mtr_|eyJ/);
    assert.equal(answer.lines.length, 2);
    assert.match(answer.lines[0], /^matinee_access=eyJ\S+; Path=\/; HttpOnly; SameSite=Lax; Max-Age=900$/);
    assert.match(answer.lines[1], /^matinee_refresh=mtr_\S+; Path=\/api\/v1\/session; HttpOnly; SameSite=Strict; Max-Age=2592000$/);
    assert.equal((await browser.call("GET", "/api/v1/me")).body.name, "alice");

    const refused = async (headers) => (await browser.call("POST", "/api/v1/me/sessions/revoke-others", {}, headers)).status;
    assert.equal(await refused({ "x-matinee-web": null }), 401);
    assert.equal(await refused({ origin: "https://evil.example" }), 401);
    assert.equal(await refused({ origin: "null" }), 401);
    assert.equal(await refused({ "sec-fetch-site": "cross-site" }), 401);
    assert.equal((await alice.call("GET", "/api/v1/me")).status, 200, "nothing was done in alice's name");

    const cookie = browser.cookieHeader("/api/ws");
    const socket = await OpenSocket.open(server, { cookie, origin: server.url });
    const anonymous = await OpenSocket.open(server, { cookie });
    const asked = async (open) => {
      open.send({ call: { id: 1, method: "matinee.v1.AccountService/GetMe" } });
      return (await until("the answer", () => open.messages.find((message) => message.response))).response;
    };
    assert.ok(Buffer.from((await asked(socket)).body, "base64").includes("alice"), "the cookie signs in");
    assert.equal((await asked(anonymous)).status.code, "unauthenticated", "without an Origin it does not");
    anonymous.socket.destroy();

    const renewed = await browser.refresh();
    assert.equal(renewed.status, 200);
    assert.equal(renewed.lines.length, 2);
    assert.equal(renewed.body.refresh_token ?? "", "");
    const out = await browser.call("POST", "/api/v1/session/sign-out", {});
    assert.equal(out.status, 200);
    assert.ok(out.lines.every((line) => line.includes("Max-Age=0")));
    assert.equal(browser.cookies.size, 0);
    await socket.closed;
    assert.equal((await browser.refresh()).status, 401);
  });

  test("a ban ends everything of an account at once, and is told with its reason to who knows the password", async () => {
    const socket = await OpenSocket.open(server, { authorization: `Bearer ${alice.tokens.access_token}` });
    socket.send({ ping: { id: 1 } });
    await until("the socket is signed in", () => socket.messages.length >= 2);
    const begin = performance.now();
    const banned = await root.call("PUT", "/api/v1/users/alice/ban", { seconds: 3600, reason: "spoilers" });
    assert.equal(banned.status, 200, JSON.stringify(banned.body));
    assert.equal(banned.body.state, "banned");
    assert.ok((await socket.closed) - begin < 1000, `${socket.closedAt - begin} ms`);
    assert.equal((await alice.call("GET", "/api/v1/me")).status, 401);
    assert.equal((await alice.refresh()).status, 401);
    const refused = await new Client(server).signIn("alice", PASSWORD);
    assert.equal(refused.status, 403);
    assert.match(refused.body.detail, /spoilers/);
    assert.equal((await new Client(server).signIn("alice", "a guess at it")).status, 401);
    assert.equal((await root.call("DELETE", "/api/v1/users/alice/ban")).body.state, "active");
    assert.equal((await alice.signIn("alice", PASSWORD)).status, 200);
  });

  test("the command line handles people while the server runs, and while it does not", async () => {
    const made = await json("user", "create", "bob", "--role", "admin");
    const bob = new Client(server);
    assert.equal((await bob.signUp("", PASSWORD, linkToken(made.link))).body.user.role, "admin");
    assert.equal((await bob.call("PUT", "/api/v1/users/alice/role", { role: "admin" })).status, 403, "only a root makes an admin");
    assert.match((await cli("user", "list")).stdout, /bob +admin +active +yes/);
    assert.match((await cli("user", "sessions", "bob")).stdout, /matinee-test/);
    assert.equal((await json("user", "role", "bob", "user")).role, "user");
    assert.equal((await json("user", "sign-out", "bob")).revoked, 1);
    assert.equal((await bob.call("GET", "/api/v1/me")).status, 401);
    assert.match((await cli("user", "role", "Ada", "user")).stderr, /root/, "the last root stays");

    const link = await json("user", "reset-password", "bob");
    await server.stop();
    const other = await cli("user", "reset-password", "alice");
    assert.equal(other.code, 0, other.stderr);
    assert.match((await cli("user", "ban", "bob", "--for", "1h", "--reason", "a test")).stdout, /banned until/);
    assert.equal((await json("user", "unban", "bob")).state, "active");
    await server.launch();
    assert.equal((await new Client(server).signUp("", "a new one for bob", linkToken(link))).status, 200, "made before the restart");
    assert.equal((await new Client(server).signIn("bob", PASSWORD)).status, 401);
    assert.doesNotMatch(server.output, /\/setup#/);
    // What was signed in before the restart still is; alice's access token needs one look at the database.
    assert.equal((await alice.call("GET", "/api/v1/me")).status, 200);
  });

  test("guesses at one account are slowed down, and at a name that nobody has just so", async () => {
    for (const name of ["alice", "nobody-here"]) {
      let answer;
      for (let i = 0; i < 12; ++i) {
        answer = await new Client(server).signIn(name, `guess ${i}`);
        if (answer.status === 429) break;
      }
      assert.equal(answer.status, 429, name);
      assert.ok(Number(answer.headers.get("retry-after")) > 0);
    }
  });
});

test("a password in a file makes the root of a new server, once", async () => {
  const file = join(temporaryFolder("e2e"), "password");
  writeFileSync(file, "from a file of the operator\n", { mode: 0o600 });
  const args = ["--set", "server.trusted_proxies=127.0.0.1", "--set", "server.cors_allowed_origins=https://friend.example"];
  const server = await Server.start({ isNew: true, args, env: { MATINEE_BOOTSTRAP_ROOT_PASSWORD_FILE: file } });
  try {
    assert.doesNotMatch(server.output, /\/setup#/);
    const root = new Client(server);
    assert.equal((await root.signIn("root", "from a file of the operator", STANDARD)).body?.user?.role, "root");
    const private_ = await root.call("POST", "/api/v1/streams", { name: "secret", private: true });
    assert.equal(private_.status, 201);

    // Behind a proxy that speaks TLS: cookies with a prefix, and the address of the person.
    const headers = { "x-forwarded-proto": "https", "x-forwarded-for": "203.0.113.7" };
    const browser = new Client(server, { web: true, origin: `https://127.0.0.1:${server.port}`, headers });
    assert.equal((await browser.signIn("root", "from a file of the operator", STANDARD)).status, 200);
    assert.deepEqual([...browser.cookies.keys()], ["__Host-matinee_access", "__Secure-matinee_refresh"]);
    const { sessions } = (await browser.call("GET", "/api/v1/me/sessions")).body;
    assert.equal(sessions.find((session) => session.current).address, "203.0.113.7");
    assert.equal((await browser.call("GET", "/api/v1/me", undefined, { origin: `http://127.0.0.1:${server.port}` })).status, 401, "a page without TLS");
    // An origin that may use answers may not use cookies: no preflight allows the header of the web client.
    const friend = { origin: "https://friend.example" };
    assert.equal((await browser.call("GET", "/api/v1/me", undefined, friend)).status, 401);
    const preflight = await fetch(`${server.url}/api/v1/me/sessions/revoke-others`, {
      method: "OPTIONS", headers: { ...friend, "access-control-request-method": "POST", "access-control-request-headers": "x-matinee-web" },
    });
    assert.equal(preflight.status, 204);
    assert.doesNotMatch(preflight.headers.get("access-control-allow-headers"), /matinee/i);

    // A player sends no header of ours: pictures and lists take the cookie, and from elsewhere they do not.
    const list = async (more) => (await browser.call("GET", "/hls/secret.m3u8", undefined, { "x-matinee-web": null, ...more })).body?.detail;
    assert.match(await list({}), /not live/, "allowed, and nothing is live");
    assert.match(await list({ "sec-fetch-site": "cross-site" }), /no stream/);

    writeFileSync(file, "another one, too late\n");
    await server.restart();
    assert.equal((await new Client(server).signIn("root", "another one, too late", STANDARD)).status, 401);
    assert.equal((await root.call("GET", "/api/v1/me")).status, 200);
  } finally {
    await server.close();
  }
});
