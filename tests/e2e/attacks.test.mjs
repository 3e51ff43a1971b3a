// What strangers try on the real server by HTTP: requests and sockets in somebody's name from other pages, planted sessions, redirects to
// elsewhere, text that would be lines of a log or a header, names that look like somebody's. Each test tells how many attempts it made.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import net from "node:net";
import { after, before, describe, test } from "node:test";
import opaque from "@serenity-kit/opaque";
import { Client, OpenSocket } from "./support/account.mjs";
import { matinee, Server, until } from "./support/matinee.mjs";

const PASSWORD = "correct horse 電池 staple";

before(() => opaque.ready);

describe("a server among strangers", () => {
  let server, root, victim, attempts;
  const cli = async (...args) => matinee([...args, "--data-dir", server.dataDir]);
  /** Other addresses for other tests: 127.0.0.1 is a trusted proxy here. */
  const from = (n) => ({ "x-forwarded-for": `198.51.100.${n}` });
  /** Twelve pages that are not ours, as browsers name them. */
  const strangers = () => [
    "https://evil.example", "http://evil.example", "null", "file://", `http://127.0.0.1:${server.port + 1}`, "http://127.0.0.1",
    `http://localhost:${server.port}`, `http://127.0.0.1.evil.example:${server.port}`, `http://evil.example#127.0.0.1:${server.port}`,
    `http://127.0.0.1:${server.port}.evil.example`, "chrome-extension://abcdefghijklmnop", `http://user@127.0.0.1:${server.port}`,
  ];
  /** Bytes as they are, over a connection of their own; the whole answer as text. */
  const raw = (bytes, wait = 4000) =>
    new Promise((done) => {
      const socket = net.connect(server.port, "127.0.0.1");
      let answer = "";
      const timer = setTimeout(() => socket.destroy(), wait);
      socket.on("data", (data) => (answer += data.toString("latin1")));
      socket.on("error", () => {});
      socket.on("close", () => {
        clearTimeout(timer);
        done(answer);
      });
      socket.end(bytes);
    });

  before(async () => {
    server = await Server.start({
      isNew: true,
      args: ["--set", "logging.level=debug", "--set", "accounts.sign_up=open", "--set", "server.trusted_proxies=127.0.0.1", "--set", "accounts.allow_direct_password=true"],
    });
    const token = await until("the banner", () => /\/setup#(\S+)/.exec(server.output)?.[1]);
    root = new Client(server, { headers: from(1) });
    assert.equal((await root.signUp("Admin-Lisa", PASSWORD, token)).status, 200);
    assert.equal((await new Client(server, { headers: from(2) }).signUp("victim", PASSWORD)).status, 200);
    victim = new Client(server, { web: true, origin: server.url, headers: from(3) });
    assert.equal((await victim.signIn("victim", PASSWORD)).status, 200);
  });
  after(() => server?.close());

  test("twelve other origins do nothing in the name of who is signed in", async (t) => {
    attempts = 0;
    const sessions = (await victim.call("GET", "/api/v1/me/sessions")).body.sessions.length;
    const cookie = victim.cookieHeader("/api/v1/session/sign-out");
    for (const [i, origin] of strangers().entries()) {
      const sent = async (method, path, headers, body) => {
        attempts += 1;
        return fetch(`${server.url}${path}`, { method, headers: { ...from(10 + i), cookie, origin, ...headers }, body });
      };
      // A form, a fetch without asking, and one as if the browser had been allowed to add our header; with and without Sec-Fetch-Site.
      for (const site of [{}, { "sec-fetch-site": "cross-site" }, { "sec-fetch-site": "same-site" }])
        for (const headers of [
          { "content-type": "text/plain" }, { "content-type": "application/x-www-form-urlencoded" }, { "content-type": "application/json" },
          { "content-type": "application/json", "x-matinee-web": "1" },
        ])
          for (const path of ["/api/v1/me/sessions/revoke-others", "/api/v1/session/sign-out", "/api/v1/me/close"]) {
            const answer = await sent("POST", path, { ...headers, ...site }, '{"name":"victim"}');
            assert.ok([401, 403, 415].includes(answer.status), `${origin} ${path}: ${answer.status}`);
          }
      const read = await sent("GET", "/api/v1/me", {});
      assert.equal(read.status, 401, origin);
      assert.equal(read.headers.get("access-control-allow-origin"), null, origin);
      const refresh = await sent("POST", "/api/v1/session/refresh", { "content-type": "application/json", "x-matinee-web": "1" }, "{}");
      assert.equal(refresh.status, 401, origin);
      const asked = await sent("OPTIONS", "/api/v1/me/sessions/revoke-others", { "access-control-request-method": "POST", "access-control-request-headers": "x-matinee-web" });
      assert.equal(asked.headers.get("access-control-allow-origin"), null, origin);
      assert.equal(asked.headers.get("access-control-allow-credentials"), null, origin);
    }
    assert.equal((await victim.call("GET", "/api/v1/me")).body.name, "victim");
    assert.equal((await victim.call("GET", "/api/v1/me/sessions")).body.sessions.length, sessions);
    t.diagnostic(`${attempts} requests from 12 origins`);
  });

  test("a WebSocket from twelve other origins is nobody's", async (t) => {
    attempts = 0;
    const cookie = victim.cookieHeader("/api/ws");
    for (const [i, origin] of [...strangers(), undefined].entries())
      for (const site of [{}, { "sec-fetch-site": "cross-site" }]) {
        attempts += 1;
        const socket = await OpenSocket.open(server, { cookie, ...(origin ? { origin } : {}), ...site, ...from(30 + i) }).catch((refusal) => refusal);
        if (socket instanceof Error) continue; // refused altogether
        socket.send({ call: { id: 1, method: "matinee.v1.AccountService/GetMe" } });
        const { response } = await until("the answer", () => socket.messages.find((message) => message.response));
        assert.equal(response.status.code, "unauthenticated", origin);
        socket.socket.destroy();
      }
    t.diagnostic(`${attempts} handshakes from 12 origins and from none`);
  });

  test("a session that somebody planted is not the one that is signed in to", async (t) => {
    const mallory = new Client(server, { web: true, origin: server.url, headers: from(50) });
    assert.equal((await mallory.signUp("mallory", PASSWORD)).status, 200);
    const planted = new Map([...mallory.cookies].map(([name, cookie]) => [name, cookie.value]));
    assert.equal(planted.size, 2);
    attempts = 0;
    // The victim's browser has mallory's cookies, by whichever way, and signs in: as herself, in a session of its own.
    const browser = new Client(server, { web: true, origin: server.url, headers: from(51) });
    for (const [name, value] of planted) browser.cookies.set(name, { name, value, path: mallory.cookies.get(name).path });
    assert.equal((await browser.signIn("victim", PASSWORD)).status, 200);
    for (const [name, value] of planted) assert.notEqual(browser.cookies.get(name).value, value);
    assert.equal((await browser.call("GET", "/api/v1/me")).body.name, "victim");
    assert.equal((await mallory.call("GET", "/api/v1/me")).body.name, "mallory");
    // Beside her own: whichever was meant, neither counts.
    const own = browser.cookies.get("matinee_access").value;
    for (const cookie of [`matinee_access=${planted.get("matinee_access")}; matinee_access=${own}`, `matinee_access=${own}; matinee_access=${planted.get("matinee_access")}`]) {
      attempts += 1;
      assert.equal((await browser.call("GET", "/api/v1/me", undefined, { cookie })).status, 401);
    }
    // In the address, in a header of its own, under other names: it is looked for in no other place.
    for (const query of ["access_token", "token", "session", "sid", "matinee_access", "jwt", "authorization"]) {
      attempts += 1;
      assert.equal((await fetch(`${server.url}/api/v1/me?${query}=${own}`, { headers: from(52) })).status, 401, query);
    }
    for (const header of ["x-access-token", "x-auth-token", "x-session", "proxy-authorization", "x-api-key", "x-forwarded-user"]) {
      attempts += 1;
      assert.equal((await fetch(`${server.url}/api/v1/me`, { headers: { ...from(52), [header]: `Bearer ${own}` } })).status, 401, header);
    }
    // The first half of somebody's sign-in is of no use to who finishes it in another browser without the password.
    const start = opaque.client.startLogin({ password: PASSWORD });
    const ke1 = Buffer.from(start.startLoginRequest, "base64url").toString("base64");
    const begun = await mallory.call("POST", "/api/v1/sign-in/password", { name: "victim", ke1 });
    const stolen = await browser.call("POST", "/api/v1/sign-in/password/finish", { sign_in_id: begun.body.sign_in_id, ke3: randomBytes(64).toString("base64") });
    assert.equal(stolen.status, 401);
    // What was signed out is over, also for who kept a copy.
    const copy = browser.cookies.get("matinee_access").value;
    assert.equal((await browser.call("POST", "/api/v1/session/sign-out", {})).status, 200);
    assert.equal((await fetch(`${server.url}/api/v1/me`, { headers: { ...from(53), authorization: `Bearer ${copy}` } })).status, 401);
    t.diagnostic(`${attempts + 3} attempts`);
  });

  test("no address of ours leads elsewhere", async (t) => {
    const paths = [
      "//evil.example", "//evil.example/", "///evil.example", "////evil.example/%2e%2e", "/\\evil.example", "/\\/evil.example", "/%5cevil.example", "/%2f%2fevil.example",
      "/%2f/evil.example", "/.//evil.example", "/..//evil.example", "/https:evil.example", "/https://evil.example", "/http:/evil.example", "/%09/evil.example",
      "/evil.example//", "/watch//evil.example/", "/assets//evil.example", "/assets/..//evil.example", "/sign-in?return_to=https://evil.example", "/sign-in?next=//evil.example",
      "/sign-in?redirect=https:%2f%2fevil.example", "/oauth2/callback/google?code=1&state=2&return_to=//evil.example", "/oauth2/form/apple?return_to=//evil.example",
      "/setup?continue=https://evil.example", "/?url=https://evil.example", "/docs?url=https://evil.example", "/api/docs//evil.example", "/hls//evil.example/a.m3u8",
      "/flv//evil.example.flv", "/health//evil.example", "/%0d%0aLocation:%20https://evil.example", "/a%0aLocation:%20//evil.example/",
    ];
    attempts = 0;
    for (const path of paths)
      for (const method of ["GET", "POST"])
        for (const host of [`127.0.0.1:${server.port}`, "evil.example"]) {
          attempts += 1;
          const answer = await raw(`${method} ${path} HTTP/1.1\r\nHost: ${host}\r\nX-Forwarded-For: 198.51.100.60\r\nX-Forwarded-Host: evil.example\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
          const head = answer.split("\r\n\r\n")[0];
          const location = /^location:\s*(.*)$/im.exec(head)?.[1];
          if (location === undefined) continue;
          assert.ok(!/evil/.test(new URL(location, server.url).host) || host === "evil.example", `${method} ${path}: ${location}`);
          assert.match(location, /^\/(?![/\\])|^https:\/\/127\.0\.0\.1/, `${method} ${path}: ${location}`);
        }
    t.diagnostic(`${attempts} requests`);
  });

  test("text is never a line of the log, a header or an entry of its own, in any of 49 fields", async (t) => {
    const mark = `INJECTED${randomBytes(4).toString("hex")}`;
    const lines = `x\r\n2026-01-01 00:00:00.000 [error] ${mark}\r\nSet-Cookie: ${mark}=1\r\n\r\n{"actor":"${mark}"}\n`;
    const inks = `x\u001b[2J\u001b[31m${mark}\u0085\u2028${mark}\u0007\u009b1m`;
    const admin = (method, path, body) => root.call(method, path, body);
    const encoded = encodeURIComponent;
    const fields = {
      // Of the body.
      "sign-up name": (v) => victim.call("POST", "/api/v1/sign-up", { name: v, registration_request: "AAAA" }),
      "sign-up link": (v) => victim.call("POST", "/api/v1/sign-up", { name: "bo", link_token: v, registration_request: "AAAA" }),
      "sign-up id": (v) => victim.call("POST", "/api/v1/sign-up/finish", { sign_up_id: v, registration_record: "AAAA", language: "en" }),
      "sign-up language": (v) => victim.call("POST", "/api/v1/sign-up/finish", { sign_up_id: "x", registration_record: Buffer.alloc(192).toString("base64"), language: v }),
      "sign-in name": (v) => victim.call("POST", "/api/v1/sign-in/password", { name: v, ke1: Buffer.alloc(96).toString("base64") }),
      "sign-in id": (v) => victim.call("POST", "/api/v1/sign-in/password/finish", { sign_in_id: v, ke3: Buffer.alloc(64).toString("base64") }),
      "direct name": (v) => victim.call("POST", "/api/v1/sign-in/direct", { name: v, password: "wrong one" }),
      "direct password": (v) => victim.call("POST", "/api/v1/sign-in/direct", { name: "bo", password: v }),
      "refresh token": (v) => new Client(server, { headers: from(71) }).call("POST", "/api/v1/session/refresh", { refresh_token: v }),
      "second factor challenge": (v) => victim.call("POST", "/api/v1/sign-in/second-factor", { challenge_id: v, totp: v }),
      "display name": (v) => admin("PATCH", "/api/v1/me/profile", { display_name: v }),
      "profile language": (v) => admin("PATCH", "/api/v1/me/profile", { language: v }),
      "user name": (v) => admin("POST", "/api/v1/users", { name: v }),
      "user role": (v) => admin("POST", "/api/v1/users", { name: "someone", role: v }),
      "given role": (v) => admin("PUT", "/api/v1/users/victim/role", { role: v }),
      "ban reason": (v) => admin("PUT", "/api/v1/users/mallory/ban", { reason: v, seconds: 60 }),
      "key name": (v) => admin("POST", "/api/v1/api-keys", { name: v, scopes: ["streams"] }),
      "key scope": (v) => admin("POST", "/api/v1/api-keys", { name: "k", scopes: [v] }),
      "key owner": (v) => admin("POST", "/api/v1/api-keys", { name: "k", scopes: ["streams"], owner: v }),
      "own key name": (v) => admin("POST", "/api/v1/me/api-keys", { name: v, scopes: ["streams"] }),
      "stream name": (v) => admin("POST", "/api/v1/streams", { name: v }),
      "pull address": (v) => admin("PUT", "/api/v1/streams/live/pull", { url: v }),
      "push address": (v) => admin("POST", "/api/v1/streams/live/push-targets", { url: v }),
      "closing name": (v) => admin("POST", "/api/v1/me/close", { name: v }),
      "oauth return": (v) => victim.call("POST", "/api/v1/oauth2/begin", { provider: "google", return_to: v }),
      "oauth provider": (v) => victim.call("POST", "/api/v1/oauth2/begin", { provider: v }),
      "setup token": (v) => victim.call("POST", "/api/v1/setup", { token: v }),
      "unknown field": (v) => admin("POST", "/api/v1/users", { [v]: 1 }),
      // Of the address.
      "path user": (v) => admin("GET", `/api/v1/users/${encoded(v)}`),
      "path session": (v) => admin("DELETE", `/api/v1/me/sessions/${encoded(v)}`),
      "path key": (v) => admin("DELETE", `/api/v1/api-keys/${encoded(v)}`),
      "path stream": (v) => admin("GET", `/api/v1/streams/${encoded(v)}`),
      "path block": (v) => admin("PUT", `/api/v1/me/blocks/${encoded(v)}`, {}),
      "path of nothing": (v) => admin("GET", `/api/v1/${encoded(v)}`),
      "search": (v) => admin("GET", `/api/v1/users?search=${encoded(v)}`),
      "page token": (v) => admin("GET", `/api/v1/users?page_token=${encoded(v)}`),
      "audit action": (v) => admin("GET", `/api/v1/audit?action=${encoded(v)}`),
      "audit actor": (v) => admin("GET", `/api/v1/audit?actor=${encoded(v)}`),
      "query name": (v) => admin("GET", `/api/v1/users?${encoded(v)}=1`),
      "flv key": (v) => victim.call("GET", `/flv/live.flv?key=${encoded(v)}`),
      "hls token": (v) => fetch(`${server.url}/hls/live.m3u8?token=${encoded(v)}`, { headers: from(72) }).then(async (a) => ({ status: a.status, headers: a.headers, body: await a.text() })),
    };
    // Of the head: as one connection sends it, where a line break ends the field.
    const heads = ["User-Agent", "X-Forwarded-For", "X-Request-Id", "Authorization", "Cookie", "Origin", "Content-Type", "Host"];
    attempts = 0;
    const answers = [];
    for (const [field, send] of Object.entries(fields))
      for (const value of [lines, inks]) {
        attempts += 1;
        const answer = await send(value).catch((error) => assert.fail(`${field}: ${error}`));
        assert.notEqual(answer.status, 500, field);
        assert.ok(![...answer.headers.keys(), ...answer.headers.values()].some((text) => text.includes(mark) && !/^content-|^etag/.test(text)), field);
        answers.push(answer);
      }
    for (const name of heads)
      for (const value of [`x\n${mark}: 1`, `x\r${mark}: 1`, `x\u0000${mark}`, `x\u001b[31m${mark}`, `x\r\n ${mark}: folded`, `\u0085${mark}`]) {
        attempts += 1;
        const host = name === "Host" ? "" : `Host: 127.0.0.1:${server.port}\r\n`;
        const answer = await raw(Buffer.from(`GET /api/v1/server HTTP/1.1\r\n${host}${name}: ${value}\r\nConnection: close\r\n\r\n`, "latin1"));
        assert.ok(!new RegExp(`^${mark}`, "im").test(answer.split("\r\n\r\n")[0]), name);
      }
    assert.ok(Object.keys(fields).length + heads.length >= 49);

    // The log: every line is one of ours, and none has a sign that a terminal would act on.
    const log = server.log + server.output;
    assert.ok(!new RegExp(`^(2026-01-01|Set-Cookie|\\{"actor"|${mark})`, "m").test(log), "a line of somebody else's");
    assert.doesNotMatch(log, /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029]/u);
    // The audit log: as many entries as were written, each whole, and listed without such signs.
    const exported = await fetch(`${server.url}/audit/export.jsonl`, { headers: { authorization: `Bearer ${root.tokens.access_token}` } });
    assert.equal(exported.status, 200);
    const entries = (await exported.text()).trimEnd().split("\n").map((line) => JSON.parse(line));
    assert.ok(entries.every((entry) => entry.actor !== mark));
    assert.equal(entries.at(-1).entries, entries.length - 1);
    const listed = await cli("audit", "list");
    assert.equal(listed.code, 0, listed.stderr);
    assert.doesNotMatch(listed.stdout, /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029]/u);
    assert.ok(!new RegExp(`^(2026-01-01 00:00|Set-Cookie|\\{"actor"|${mark})`, "m").test(listed.stdout));
    t.diagnostic(`${attempts} values in ${Object.keys(fields).length + heads.length} fields`);
  });

  test("nobody gets a name that looks like that of an admin", async (t) => {
    const alike = [
      "admin-lisa", "ADMIN-LISA", "Admin-Iisa", "adm1n-lisa", "admin-l1sa", "adrnin-lisa", "Аdmin-Lisa", "Admіn-Lisa", "Admin-Lіsa", "аԁміп-ⅼіѕа", "Ａｄｍｉｎ-Ｌｉｓａ", "𝐀dmin-Lisa",
      "Adm\u0131n-L\u0131sa", "Admin\u200b-Lisa", "Admin-Lisa\u200d", "\u202eAdmin-Lisa", "Admin\u00ad-Lisa", "Admin-Li\u017fa", "ᴬdmin-Lisa", "ⓐdmin-lisa", "Αdmin-Lisa", "Admin‐Lisa",
      "Admin\u2011Lisa", "Admin−Lisa", "Admin_Lisa\u200b", " Admin-Lisa ", "Admin-Lisa\u0000", "Admin-Lis\u0251", "admln-lisa", "ꓮdmin-Lisa",
    ];
    for (const [i, name] of alike.entries()) {
      const answer = await new Client(server, { headers: from(100 + i) }).signUp(name, PASSWORD);
      assert.ok([400, 409].includes(answer.status), `${JSON.stringify(name)}: ${answer.status}`);
    }
    const others = ["lisa-admin", "Лиза", "リサ", "ليزا", "लीसा"];
    for (const [i, name] of others.entries()) assert.equal((await new Client(server, { headers: from(140 + i) }).signUp(name, PASSWORD)).status, 200, name);
    t.diagnostic(`${alike.length} look-alikes refused, ${others.length} names of other scripts taken`);
  });
});
