// Our OPAQUE client and server against @serenity-kit/opaque, which browsers use: each with each, on both sides.
// MATINEE_OPAQUE_ROUNDS: how many random registrations and logins with a cheap Argon2 each way (500).
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomBytes, randomInt } from "node:crypto";
import { dirname, join } from "node:path";
import readline from "node:readline";
import { after, before, test } from "node:test";
import opaque from "@serenity-kit/opaque";
import { endsWithTest } from "./support/children.mjs";
import { matineeBin } from "./support/matinee.mjs";

const ROUNDS = Number(process.env.MATINEE_OPAQUE_ROUNDS ?? 500);
const CHEAP = { iterations: 1, memory: 8, parallelism: 1 };
const STANDARD = { iterations: 3, memory: 65536, parallelism: 1 };

let child;
let lines;

/** One call of our side; what comes back has bytes in hexadecimal. */
async function ours(call, fields = {}) {
  child.stdin.write(`${JSON.stringify({ call, ...fields })}\n`);
  const { value, done } = await lines.next();
  assert.ok(!done, "our side has ended");
  const answer = JSON.parse(value);
  assert.ok(!answer.fault, answer.fault);
  return answer;
}

const hex = (text) => Buffer.from(text, "utf8").toString("hex");
const toHex = (base64) => Buffer.from(base64, "base64url").toString("hex");
const toBase64 = (text) => Buffer.from(text, "hex").toString("base64url");
const names = (identifiers) => ({ client: identifiers?.client && hex(identifiers.client), server: identifiers?.server && hex(identifiers.server) });

// Two servers and two clients with the same four steps; messages go between them as bytes in hexadecimal.
const ourServer = {
  create: () => ours("newSetup"),
  register: async ({ id }, request) => (await ours("respondToRegistration", { identifier: hex(id), request })).response,
  accept: async (record) => (await ours("acceptRecord", { record })).record,
  respond: ({ id, record, name, identifiers }, request) =>
    ours("respondToLogin", { identifier: hex(id), record, name: hex(name ?? id), request, ...names(identifiers) }),
  finish: async (state, finish) => (await ours("finishLogin", { state, finish })).sessionKey,
};
const npmServer = {
  create: async () => {
    npmServer.setup = opaque.server.createSetup();
    return { publicKey: toHex(opaque.server.getPublicKey(npmServer.setup)) };
  },
  register: async ({ id }, request) =>
    toHex(
      opaque.server.createRegistrationResponse({ serverSetup: npmServer.setup, userIdentifier: id, registrationRequest: toBase64(request) })
        .registrationResponse,
    ),
  accept: async (record) => record,
  respond: async ({ id, record, identifiers }, request) => {
    npmServer.identifiers = identifiers;
    const answer = opaque.server.startLogin({
      serverSetup: npmServer.setup, userIdentifier: id, registrationRecord: record ? toBase64(record) : null, startLoginRequest: toBase64(request), identifiers,
    });
    return { response: toHex(answer.loginResponse), state: answer.serverLoginState };
  },
  finish: async (state, finish) => {
    try {
      const { sessionKey } = opaque.server.finishLogin({
        serverLoginState: state, finishLoginRequest: toBase64(finish), identifiers: npmServer.identifiers,
      });
      return toHex(sessionKey);
    } catch {
      return undefined;
    }
  },
};
const ourClient = {
  startRegistration: (password) => ours("startRegistration", { password: hex(password) }),
  finishRegistration: ({ number }, password, response, { cost, identifiers }) =>
    ours("finishRegistration", { number, password: hex(password), response, stretching: cost, ...names(identifiers) }),
  startLogin: (password) => ours("startLogin", { password: hex(password) }),
  finishLogin: ({ number }, password, response, { cost, identifiers }) =>
    ours("completeLogin", { number, password: hex(password), response, stretching: cost, ...names(identifiers) }),
};
const npmClient = {
  startRegistration: async (password) => {
    const { clientRegistrationState, registrationRequest } = opaque.client.startRegistration({ password });
    return { state: clientRegistrationState, request: toHex(registrationRequest) };
  },
  finishRegistration: async ({ state }, password, response, { cost, identifiers }) => {
    const done = opaque.client.finishRegistration({
      clientRegistrationState: state, password, registrationResponse: toBase64(response), identifiers, keyStretching: { "argon2id-custom": cost },
    });
    return { record: toHex(done.registrationRecord), exportKey: toHex(done.exportKey), publicKey: toHex(done.serverStaticPublicKey) };
  },
  startLogin: async (password) => {
    const { clientLoginState, startLoginRequest } = opaque.client.startLogin({ password });
    return { state: clientLoginState, request: toHex(startLoginRequest) };
  },
  finishLogin: async ({ state }, password, response, { cost, identifiers }) => {
    const done = opaque.client.finishLogin({
      clientLoginState: state, password, loginResponse: toBase64(response), identifiers, keyStretching: { "argon2id-custom": cost },
    });
    if (!done) return { error: "rejected" };
    return {
      finish: toHex(done.finishLoginRequest), sessionKey: toHex(done.sessionKey), exportKey: toHex(done.exportKey), publicKey: toHex(done.serverStaticPublicKey),
    };
  },
};

async function register(client, server, account, password, options) {
  const start = await client.startRegistration(password);
  const response = await server.register(account, start.request);
  const done = await client.finishRegistration(start, password, response, options);
  assert.equal(done.error, undefined);
  return { ...done, record: await server.accept(done.record) };
}

async function login(client, server, account, password, options) {
  const start = await client.startLogin(password);
  const { response, state } = await server.respond({ ...account, identifiers: options.identifiers }, start.request);
  const done = await client.finishLogin(start, password, response, options);
  return { ...done, request: start.request, response, accepted: done.finish && (await server.finish(state, done.finish)) };
}

function assertSame(registered, loggedIn, publicKey) {
  assert.equal(loggedIn.error, undefined);
  assert.equal(loggedIn.sessionKey.length, 128);
  assert.equal(loggedIn.accepted, loggedIn.sessionKey);
  assert.equal(loggedIn.exportKey, registered.exportKey);
  assert.equal(loggedIn.publicKey, publicKey);
  assert.equal(registered.publicKey, publicKey);
}

const SIGNS = ["a", "Z", "7", " ", "ß", "é", "密", "ж", "🎬", "\u0000", "'"];
const randomText = (most) => Array.from({ length: randomInt(most + 1) }, () => SIGNS[randomInt(SIGNS.length)]).join("");

before(async () => {
  await opaque.ready;
  child = endsWithTest(spawn(join(dirname(matineeBin), "opaque_peer"), [], { stdio: ["pipe", "pipe", "inherit"] }));
  lines = readline.createInterface({ input: child.stdout })[Symbol.asyncIterator]();
});
after(() => child.stdin.end());

const servers = { "our server": ourServer, "the npm server": npmServer };
const clients = { "our client": ourClient, "the npm client": npmClient };

for (const [serverName, server] of Object.entries(servers))
  for (const [registrar, first] of Object.entries(clients))
    for (const [visitor, second] of Object.entries(clients)) {
      if (server === npmServer && first === npmClient && second === npmClient) continue; // nothing of ours is in it
      test(`${serverName}: ${registrar} registers, ${visitor} signs in, with the Argon2id that we use`, async () => {
        const { publicKey } = await server.create();
        for (const identifiers of [undefined, { client: "alice@example.org", server: "matinee" }]) {
          const account = { id: "01JD2Q8Z5K" };
          const password = "correct horse 電池 staple";
          const options = { cost: STANDARD, identifiers };
          const registered = await register(first, server, account, password, options);
          assert.equal(registered.record.length, 2 * 192);
          const known = { ...account, record: registered.record };
          assertSame(registered, await login(second, server, known, password, options), publicKey);
          assert.equal((await login(second, server, known, "correct horse", options)).error, "rejected");
        }
      });
    }

for (const [what, client, server] of [
  ["the npm client and our server", npmClient, ourServer],
  ["our client and the npm server", ourClient, npmServer],
])
  test(`${ROUNDS} random registrations and logins of ${what}`, { timeout: 3_600_000 }, async () => {
    let publicKey;
    for (let i = 0; i < ROUNDS; ++i) {
      if (i % 50 === 0) ({ publicKey } = await server.create());
      const account = { id: randomBytes(1 + randomInt(20)).toString("hex") };
      const identifiers = randomInt(4) === 0 ? { client: `c${randomText(20)}`, server: `s${randomText(20)}` } : undefined;
      const options = { cost: CHEAP, identifiers };
      const password = randomText(40);
      const registered = await register(client, server, account, password, options);
      assertSame(registered, await login(client, server, { ...account, record: registered.record }, password, options), publicKey);
    }
  });

test("the npm client cannot tell our stand-in from an account with another password", async () => {
  await ourServer.create();
  const { record } = await register(npmClient, ourServer, { id: "7" }, "right", { cost: CHEAP });
  for (const account of [{ id: "7", record }, { id: "", name: "nobody", record: null }])
    for (const password of ["guess", "another"]) {
      const answer = await login(npmClient, ourServer, account, password, { cost: CHEAP });
      assert.equal(answer.error, "rejected");
      assert.equal(answer.response.length, 2 * 320);
    }
});

test("our client rejects the npm server's answer for an account that does not exist", async () => {
  await npmServer.create();
  const answer = await login(ourClient, npmServer, { id: "nobody", record: null }, "guess", { cost: CHEAP });
  assert.equal(answer.error, "rejected");
});

test("a byte that is altered on the way is noticed by the other side's program", async () => {
  for (const [client, server] of [[npmClient, ourServer], [ourClient, npmServer]]) {
    const { publicKey } = await server.create();
    const registered = await register(client, server, { id: "7" }, "right", { cost: CHEAP });
    const account = { id: "7", record: registered.record };
    assertSame(registered, await login(client, server, account, "right", { cost: CHEAP }), publicKey);
    for (let i = 0; i < 40; ++i) {
      const start = await client.startLogin("right");
      const { response, state } = await server.respond(account, start.request);
      const altered = Buffer.from(response, "hex");
      altered[i * 8] ^= 1 << i % 8;
      let done;
      try {
        done = await client.finishLogin(start, "right", altered.toString("hex"), { cost: CHEAP });
      } catch {
        continue; // the npm client throws at what is not a message at all
      }
      assert.ok(done.error, `byte ${i * 8} of KE2`);
      assert.equal(await server.finish(state, randomBytes(64).toString("hex")), undefined);
    }
    const start = await client.startLogin("right");
    const { response, state } = await server.respond(account, start.request);
    const done = await client.finishLogin(start, "right", response, { cost: CHEAP });
    const finish = Buffer.from(done.finish, "hex");
    finish[63] ^= 0x80;
    assert.equal(await server.finish(state, finish.toString("hex")), undefined, "KE3");
  }
});
