// Signing in by an OpenID provider: a real one (oidc-provider) on loopback, with PKCE, review, linking and unlinking, and the attacks on it.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import http from "node:http";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import opaque from "@serenity-kit/opaque";
import Provider from "oidc-provider";
import { Client } from "./support/account.mjs";
import { temporaryFolder } from "./support/children.mjs";
import { freePort, Server, until } from "./support/matinee.mjs";

const PASSWORD = "correct horse 電池 staple";
const SECRET = "a client secret of 32 characters";

before(() => opaque.ready);

/** oidc-provider with a page that says yes at once, as whoever `login` names. */
async function startProvider(redirectUris, port) {
  const issuer = `http://127.0.0.1:${port}`;
  const people = new Map([
    ["zoe", { name: "Zoë", preferred_username: "zoe", email: "zoe@example.com", email_verified: true }],
    ["bo", { preferred_username: "bo" }],
    ["eve", { preferred_username: "eve" }],
  ]);
  const provider = new Provider(issuer, {
    clients: [{ client_id: "matinee", client_secret: SECRET, redirect_uris: redirectUris, grant_types: ["authorization_code"], response_types: ["code"] }],
    pkce: { required: () => true },
    claims: { openid: ["sub"], profile: ["name", "preferred_username"], email: ["email", "email_verified"] },
    conformIdTokenClaims: false,
    features: { devInteractions: { enabled: false } },
    cookies: { keys: ["a key of the provider's own"] },
    findAccount: async (_context, sub) => ({ accountId: sub, claims: async () => ({ sub, ...people.get(sub) }) }),
    interactions: { url: (_context, interaction) => `/interaction/${interaction.uid}` },
  });
  const state = { login: "zoe", refuse: false, requests: [] };
  const callback = provider.callback();
  const server = http.createServer(async (request, response) => {
    state.requests.push(`${request.method} ${request.url.split("?")[0]}`);
    if (!request.url.startsWith("/interaction/")) return callback(request, response);
    if (state.refuse) return provider.interactionFinished(request, response, { error: "access_denied" }, { mergeWithLastSubmission: false });
    const { prompt, params, session, grantId } = await provider.interactionDetails(request, response);
    if (prompt.name === "login") return provider.interactionFinished(request, response, { login: { accountId: state.login } });
    const grant = grantId ? await provider.Grant.find(grantId) : new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
    grant.addOIDCScope("openid profile email");
    return provider.interactionFinished(request, response, { consent: { grantId: await grant.save() } }, { mergeWithLastSubmission: true });
  });
  await new Promise((done) => server.listen(port, "127.0.0.1", done));
  return { issuer, state, close: () => server.close() };
}

/** A browser at the provider: follows its pages with its cookies until it is sent back to us. Gives what stands in that address. */
async function visit(address, home) {
  const jar = new Map();
  let at = new URL(address);
  for (let step = 0; step < 20; ++step) {
    if (at.href.startsWith(home)) return { path: at.pathname, ...Object.fromEntries(at.searchParams) };
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
    const answer = await fetch(at, { redirect: "manual", headers: cookie ? { cookie } : {} });
    for (const line of answer.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
      jar.set(name, value);
    }
    const location = answer.headers.get("location");
    assert.ok(location, `${answer.status} at ${at}: ${(await answer.text()).slice(0, 300)}`);
    at = new URL(location, at);
  }
  throw new Error("the provider does not come to an end");
}

describe("a server with an OpenID provider", () => {
  let server, provider, root, configFile, port;
  const home = () => server.url;
  let people = 0;
  /** Each at an address of their own, as behind a proxy: calls are limited by address. */
  const somebody = (options = {}) => new Client(server, { ...options, headers: { "x-forwarded-for": `198.51.100.${++people % 250}` } });
  const settings = (more = {}) => {
    const oidc = { client_id: "matinee", client_secret: SECRET, issuer: provider.issuer, name: "Example", enable_signup: true, allowed_redirects: ["https://www.example.org/live"], ...more };
    writeFileSync(configFile, JSON.stringify({ server: { public_url: `http://127.0.0.1:${port}`, trusted_proxies: ["127.0.0.1"] }, oauth2: { allow_addresses: ["loopback"], oidc } }));
  };
  let reloads = 0;
  const reload = async (more) => {
    const name = `Example ${++reloads}`; // by which it is seen that they are taken over
    settings({ name, ...more });
    server.process.kill("SIGHUP");
    await until("the settings are taken over", async () => (await somebody().call("GET", "/api/v1/oauth2/providers")).body.providers[0]?.name === name);
  };
  const begin = (client, body = { provider: "oidc" }, path = "/api/v1/oauth2/begin") => client.call("POST", path, body);
  const finish = async (client, brought, more = {}) => {
    const { state, code, iss, error } = brought;
    const body = { provider: "oidc", state, ...(code ? { code } : {}), ...(iss ? { iss } : {}), ...(error ? { error } : {}), ...more };
    return client.call("POST", "/api/v1/oauth2/finish", body);
  };
  /** The whole of it in a browser. */
  const signIn = async (login, client = somebody({ web: true })) => {
    provider.state.login = login;
    const begun = await begin(client);
    assert.equal(begun.status, 200, JSON.stringify(begun.body));
    const answer = await finish(client, await visit(begun.body.address, home()));
    return { client, answer };
  };
  const link = async (client, login) => {
    provider.state.login = login;
    const begun = await begin(client, { provider: "oidc" }, "/api/v1/me/identities");
    assert.equal(begun.status, 200, JSON.stringify(begun.body));
    return finish(client, await visit(begun.body.address, home()));
  };

  before(async () => {
    port = await freePort();
    const folder = temporaryFolder("oauth2");
    configFile = join(folder, "matinee.yaml");
    provider = await startProvider([`http://127.0.0.1:${port}/oauth2/callback/oidc`], await freePort());
    settings();
    server = await Server.start({ port, isNew: true, args: ["--config", configFile] });
    const token = await until("the banner", () => /\/setup#(\S+)/.exec(server.output)?.[1]);
    root = somebody({ web: true });
    assert.equal((await root.signUp("Ada", PASSWORD, token)).status, 200);
  });
  after(async () => {
    await server?.close();
    provider?.close();
  });

  test("it is offered to everybody, and says nothing of its secrets", async () => {
    const { body } = await somebody().call("GET", "/api/v1/oauth2/providers");
    assert.deepEqual(body, { providers: [{ id: "oidc", name: "Example" }] });
  });

  test("a person comes in by it, in a browser, and again", async () => {
    const { client, answer } = await signIn("zoe");
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    assert.equal(answer.body.outcome, "signed_in");
    assert.equal(answer.body.is_new, true);
    assert.equal(answer.body.return_to, "/");
    assert.equal(answer.body.session.access_token, "", "tokens are cookies here");
    const me = (await client.call("GET", "/api/v1/me")).body;
    assert.deepEqual([me.name, me.role, me.has_password], ["zoe", "user", false]);
    const again = await signIn("zoe");
    assert.equal(again.answer.body.is_new, false);
    assert.equal(again.answer.body.user.id, me.id);
    const { sessions } = (await client.call("GET", "/api/v1/me/sessions")).body;
    assert.ok(sessions.every((one) => one.method === "oauth2:oidc"));
  });

  test("the binding is a cookie that no script reads and no other site sends", async () => {
    const client = somebody({ web: true });
    const begun = await begin(client);
    assert.equal(begun.body.binding, "");
    const line = begun.lines.find((one) => one.startsWith("matinee_oauth2="));
    for (const attribute of ["HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=600"]) assert.ok(line.includes(attribute), line);
    const address = new URL(begun.body.address);
    assert.equal(address.searchParams.get("code_challenge_method"), "S256");
    assert.equal(address.searchParams.get("code_challenge").length, 43);
    assert.ok(address.searchParams.get("nonce"));
  });

  test("another browser cannot finish it, and then nobody can", async () => {
    const victim = somebody({ web: true });
    const attacker = somebody({ web: true });
    provider.state.login = "eve";
    const brought = await visit((await begin(attacker)).body.address, home());
    await begin(victim);
    assert.equal((await finish(victim, brought)).status, 409, "login CSRF");
    assert.equal((await finish(attacker, brought)).status, 409);
    assert.equal((await victim.call("GET", "/api/v1/me")).status, 401);
  });

  test("neither state nor code is good twice", async () => {
    const client = somebody({ web: true });
    provider.state.login = "zoe";
    const brought = await visit((await begin(client)).body.address, home());
    assert.equal((await finish(client, brought)).status, 200);
    assert.equal((await finish(client, brought)).status, 409);
    const fresh = await visit((await begin(client)).body.address, home());
    assert.equal((await finish(client, { ...fresh, code: brought.code })).status, 409, "an old code with a new state");
  });

  test("a code of another sign-in is of no use: PKCE", async () => {
    const [one, two] = [somebody({ web: true }), somebody({ web: true })];
    const theirs = await visit((await begin(one)).body.address, home());
    const own = await visit((await begin(two)).body.address, home());
    assert.equal((await finish(two, { ...own, code: theirs.code })).status, 401);
  });

  test("a mixed-up issuer is refused", async () => {
    for (const iss of ["https://evil.example", undefined]) {
      const client = somebody({ web: true });
      const brought = await visit((await begin(client)).body.address, home());
      assert.equal(brought.iss, provider.issuer);
      assert.equal((await finish(client, { ...brought, iss })).status, 401, String(iss));
    }
    const client = somebody({ web: true });
    const brought = await visit((await begin(client)).body.address, home());
    assert.equal((await finish(client, brought, { provider: "github" })).status, 409);
  });

  test("the way on is a page of ours or one that was named", async () => {
    const client = somebody();
    for (const return_to of ["/watch/live?x=1", "https://www.example.org/live"]) assert.equal((await begin(client, { provider: "oidc", return_to })).status, 200, return_to);
    const elsewhere = ["//evil.example", "/\\evil.example", "https://evil.example", "https://www.example.org/live/../../x", "https://www.example.org/live@evil.example", "javascript:alert(1)", "/\t/evil.example", "/..//evil.example", "https:evil.example", "\\\\evil.example"];
    for (const return_to of elsewhere) {
      const refused = await begin(client, { provider: "oidc", return_to });
      assert.equal(refused.status, 400, return_to);
      assert.equal(refused.body.field, "return_to");
    }
  });

  test("who says no there is told so, and the provider's own words go no further", async () => {
    provider.state.refuse = true;
    const client = somebody({ web: true });
    const brought = await visit((await begin(client)).body.address, home());
    provider.state.refuse = false;
    assert.equal(brought.error, "access_denied");
    assert.equal((await finish(client, brought)).status, 403);
    const other = await visit((await begin(client)).body.address, home());
    const refused = await finish(client, { state: other.state, iss: other.iss, error: "<script>alert(1)</script>" });
    assert.equal(refused.status, 409);
    assert.ok(!JSON.stringify(refused.body).includes("script"));
  });

  test("an account is linked, found by it, and never loses its last way in", async () => {
    const linked = await link(root, "bo");
    assert.equal(linked.status, 200, JSON.stringify(linked.body));
    assert.equal(linked.body.outcome, "linked");
    assert.equal((await signIn("bo")).answer.body.user.name, "Ada");
    const { identities } = (await root.call("GET", "/api/v1/me/identities")).body;
    assert.equal(identities.length, 1);
    assert.deepEqual([identities[0].provider, identities[0].provider_name, identities[0].name, identities[0].usable], ["oidc", "Example", "bo", true]);
    assert.equal((await root.call("DELETE", `/api/v1/me/identities/${identities[0].id}`)).status, 200, "there is the password");

    const { client } = await signIn("zoe");
    const [own] = (await client.call("GET", "/api/v1/me/identities")).body.identities;
    assert.equal((await client.call("DELETE", `/api/v1/me/identities/${own.id}`)).status, 409);
    assert.equal((await link(root, "zoe")).status, 409, "it is somebody else's");
    assert.equal((await begin(somebody({ web: true }), { provider: "oidc" }, "/api/v1/me/identities")).status, 401);
  });

  test("an API key and a call from another site begin no link", async () => {
    const foreign = await root.call("POST", "/api/v1/me/identities", { provider: "oidc" }, { origin: "https://evil.example" });
    assert.equal(foreign.status, 401);
    const plain = await root.call("POST", "/api/v1/me/identities", { provider: "oidc" }, { "x-matinee-web": null });
    assert.equal(plain.status, 401);
  });

  test("with review a new account waits; without sign-up there is none", async () => {
    await reload({ signup_need_review: true });
    assert.equal((await signIn("eve")).answer.body.outcome, "waiting_for_review");
    assert.equal((await root.call("POST", "/api/v1/users/eve/approve", {})).status, 200);
    assert.equal((await signIn("eve")).answer.body.outcome, "signed_in");
    await reload({ enable_signup: false });
    assert.equal((await signIn("bo")).answer.status, 403);
    assert.equal((await signIn("zoe")).answer.status, 200, "who has an account comes in");
  });

  test("an inner address is called only where the operator named it", async () => {
    const asked = provider.state.requests.length;
    writeFileSync(configFile, JSON.stringify({ server: { public_url: server.url, trusted_proxies: ["127.0.0.1"] }, oauth2: { oidc: { client_id: "matinee", issuer: provider.issuer } } }));
    server.process.kill("SIGHUP");
    const client = somebody();
    await until("the provider cannot be asked", async () => (await begin(client)).status === 503, { every: 200 });
    assert.equal(provider.state.requests.length, asked);
    assert.match(server.log, /does not call unless a setting names it/);
    assert.ok(!server.log.includes(SECRET));
  });
});
