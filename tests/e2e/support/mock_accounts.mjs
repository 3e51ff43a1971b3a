// The accounts of the stand-in in mock.mjs: OPAQUE by the npm package, sessions as two cookies that only calls of the web client may use.
import { randomBytes } from "node:crypto";
import opaque from "@serenity-kit/opaque";

await opaque.ready;

const ROLES = {
  root: ["public", "signed_in", "read_server", "read_streams", "manage_streams", "manage_api_keys", "manage_users", "administer"],
  user: ["public", "signed_in"],
};
const ONCE = "This was used already, or took too long.";
const WRONG = "The name and the password do not belong together.";
const id = (prefix) => prefix + randomBytes(9).toString("base64url");
const toUrl = (base64) => Buffer.from(base64, "base64").toString("base64url");
const toBase64 = (url) => Buffer.from(url, "base64url").toString("base64");
const failed = (status, code, detail, headers = {}, field = "") => ({ status, problem: { code, detail, field }, headers });

export class MockAccounts {
  /** "closed", "review" or "open". */
  signUp = "open";
  #setup = opaque.server.createSetup();
  #users = new Map(); // by name
  #sessions = new Map(); // by id
  #pending = new Map();
  #links = new Map(); // password links: the account's name by token
  #linkFor;
  #use;

  /** `setupLink(token)`: whether it is that of the set-up link; with `{ use: true }`, closes it and gives the first stream. */
  constructor(setupLink) {
    this.#linkFor = (token) => (setupLink(token) ? "setup" : (this.#links.get(token) ?? null));
    this.#use = (token) => (this.#links.delete(token) ? undefined : setupLink(token, { use: true }));
  }

  /** Who asks, by their cookie; null for nobody. */
  caller(request) {
    if (request.headers.authorization || (request.method !== "GET" && request.headers["x-matinee-web"] === undefined)) return null;
    const session = this.#sessions.get(cookies(request).matinee_access?.split(".")[0]);
    return session && session.access === cookies(request).matinee_access ? session : null;
  }

  may(request, permission) {
    return this.caller(request)?.user.permissions.includes(permission) === true;
  }

  /** { status, body or problem, headers }, or null for a path that is none of accounts. */
  async answer(request, path, body) {
    const session = this.caller(request);
    const signedIn = (work) => (session ? work(session) : failed(401, "unauthenticated", "Sign in first."));
    switch (`${request.method} ${path}`) {
      case "POST /api/v1/sign-up":
        return this.#beginSignUp(body);
      case "POST /api/v1/sign-up/finish":
        return this.#finishSignUp(body, request);
      case "POST /api/v1/sign-in/password":
        return this.#beginSignIn(body);
      case "POST /api/v1/sign-in/password/finish":
        return this.#finishSignIn(body, request);
      case "POST /api/v1/session/refresh":
        return this.#refresh(request);
      case "POST /api/v1/session/sign-out":
        return signedIn(() => {
          this.#sessions.delete(session.id);
          return { status: 200, body: {}, headers: { "Set-Cookie": cleared } };
        });
      case "GET /api/v1/me":
        return signedIn(() => ({ status: 200, body: session.user }));
      case "GET /api/v1/me/factors":
        return signedIn(() => ({ status: 200, body: { passkeys: [], passkeys_possible: false, recovery_codes: 0, has_password: true, second_factor_required: false, has_second_factor: false } }));
      case "GET /api/v1/me/sessions":
        return signedIn(() => ({ status: 200, body: { sessions: this.#of(session.user).map((one) => shown(one, session)) } }));
      case "POST /api/v1/me/sessions/revoke-others":
        return signedIn(() => ({ status: 200, body: { revoked: this.#endOthers(session) } }));
      case "POST /api/v1/me/password":
        return signedIn(() => this.#beginChange(session, body));
      case "POST /api/v1/me/password/finish":
        return signedIn(() => this.#finishChange(session, body));
    }
    const user = /^\/api\/v1\/users\/([^/]+)\/password-link$/.exec(path)?.[1];
    if (user && this.may(request, "manage_users")) return { status: 201, body: { address: `/password#${this.#linked(user)}` } };
    const waiting = this.#account(decodeURIComponent(/^\/api\/v1\/users\/([^/]+)\/approve$/.exec(path)?.[1] ?? ""))?.user;
    if (waiting && this.may(request, "manage_users")) return { status: 200, body: Object.assign(waiting, { state: "active" }) };
    const one = /^\/api\/v1\/me\/sessions\/([^/]+)$/.exec(path)?.[1];
    if (one && request.method === "DELETE") return signedIn(() => ({ status: 200, body: { revoked: Number(this.#sessions.delete(one)) } }));
    return null;
  }

  #account = (name) => this.#users.get((name ?? "").toLowerCase());

  #linked(name) {
    const token = id("l");
    this.#links.set(token, name);
    return token;
  }

  #beginSignUp({ name, registration_request, link_token }) {
    const link = link_token ? this.#linkFor(link_token) : null;
    if (link_token && link === null) return failed(403, "permission_denied", "This link is not good.", {}, "link_token");
    if (!link && this.signUp === "closed") return failed(403, "permission_denied", "This server makes no accounts for those who ask. Ask who runs it.");
    if (!registration_request) return failed(400, "invalid_argument", "This is no RegistrationRequest.", {}, "registration_request");
    const of = link && link !== "setup" ? this.#account(link).user : null;
    const userId = of?.id ?? id("u");
    const { registrationResponse } = opaque.server.createRegistrationResponse({
      serverSetup: this.#setup, userIdentifier: userId, registrationRequest: toUrl(registration_request),
    });
    const signUpId = id("p");
    this.#pending.set(signUpId, { name: of?.name ?? name, userId, link, token: link_token });
    return { status: 200, body: { sign_up_id: signUpId, registration_response: toBase64(registrationResponse) } };
  }

  #finishSignUp({ sign_up_id, registration_record, language }, request) {
    const pending = this.#take(sign_up_id);
    if (!pending) return failed(400, "failed_precondition", ONCE);
    const isNew = pending.link === null || pending.link === "setup";
    if (isNew && this.#account(pending.name)) return failed(409, "already_exists", "This name is taken.");
    const first_stream = pending.token ? this.#use(pending.token) : undefined;
    const waits = isNew && pending.link !== "setup" && this.signUp === "review";
    const role = pending.link === "setup" ? "root" : "user";
    const made = {
      id: pending.userId, name: pending.name, role, state: waits ? "waiting" : "active", created_at: new Date().toISOString(), ban_reason: "", language,
      has_password: true, permissions: ROLES[role],
    };
    const user = isNew ? made : this.#account(pending.name).user;
    if (!isNew) this.#endAll(user);
    this.#users.set(user.name.toLowerCase(), { user, record: toUrl(registration_record) });
    if (waits) return { status: 200, body: { outcome: "waiting_for_review", user } };
    return this.#begun(user, request, first_stream);
  }

  #beginSignIn({ name, ke1 }) {
    const account = this.#account(name);
    if (account?.lockedUntil > Date.now()) {
      const seconds = Math.ceil((account.lockedUntil - Date.now()) / 1000);
      return failed(429, "rate_limited", "Too many attempts.", { "Retry-After": String(seconds) });
    }
    const userIdentifier = account?.user.id ?? "nobody";
    const { serverLoginState, loginResponse } = opaque.server.startLogin({
      serverSetup: this.#setup, userIdentifier, registrationRecord: account?.record ?? null, startLoginRequest: toUrl(ke1),
    });
    if (account) account.guesses = (account.guesses ?? 0) + 1;
    if (account?.guesses > 5) account.lockedUntil = Date.now() + 60_000;
    const signInId = id("p");
    this.#pending.set(signInId, { account, serverLoginState });
    return { status: 200, body: { sign_in_id: signInId, ke2: toBase64(loginResponse) } };
  }

  #finishSignIn({ sign_in_id, ke3 }, request) {
    const { account, serverLoginState } = this.#take(sign_in_id) ?? {};
    if (!account || !proves(serverLoginState, ke3)) return failed(401, "unauthenticated", WRONG);
    account.guesses = 0;
    if (account.user.state === "waiting") return { status: 200, body: { outcome: "waiting_for_review", user: account.user } };
    return this.#begun(account.user, request);
  }

  #beginChange({ user }, { ke1, registration_request }) {
    const account = this.#account(user.name);
    const { serverLoginState, loginResponse } = opaque.server.startLogin({
      serverSetup: this.#setup, userIdentifier: user.id, registrationRecord: account.record, startLoginRequest: toUrl(ke1),
    });
    const { registrationResponse } = opaque.server.createRegistrationResponse({
      serverSetup: this.#setup, userIdentifier: user.id, registrationRequest: toUrl(registration_request),
    });
    const changeId = id("p");
    this.#pending.set(changeId, { account, serverLoginState });
    return { status: 200, body: { change_id: changeId, ke2: toBase64(loginResponse), registration_response: toBase64(registrationResponse) } };
  }

  #finishChange(session, { change_id, ke3, registration_record }) {
    const { account, serverLoginState } = this.#take(change_id) ?? {};
    if (!account || !proves(serverLoginState, ke3)) return failed(401, "unauthenticated", WRONG);
    account.record = toUrl(registration_record);
    this.#endOthers(session);
    return { status: 200, body: {} };
  }

  #refresh(request) {
    const given = cookies(request).matinee_refresh;
    const session = this.#sessions.get(given?.split(".")[0]);
    if (!session || session.refresh !== given) return failed(401, "unauthenticated", "Sign in again.", { "Set-Cookie": cleared });
    return { status: 200, body: tokens, headers: { "Set-Cookie": this.#renewed(session) } };
  }

  #begun(user, request, first_stream) {
    const now = new Date().toISOString();
    const agent = request.headers["user-agent"] ?? "";
    const session = { id: id("s"), user, device: /Chrome/.test(agent) ? "Chromium on Linux" : "Firefox on Windows", created_at: now, last_used_at: now };
    this.#sessions.set(session.id, session);
    const body = { outcome: "signed_in", user, session: tokens, ...(first_stream ? { first_stream } : {}) };
    return { status: 200, body, headers: { "Set-Cookie": this.#renewed(session) } };
  }

  #renewed(session) {
    session.access = `${session.id}.${id("a")}`;
    session.refresh = `${session.id}.${id("r")}`;
    session.last_used_at = new Date().toISOString();
    return [
      `matinee_access=${session.access}; Path=/; HttpOnly; SameSite=Lax; Max-Age=900`,
      `matinee_refresh=${session.refresh}; Path=/api/v1/session; HttpOnly; SameSite=Strict; Max-Age=2592000`,
    ];
  }

  #of = (user) => [...this.#sessions.values()].filter((one) => one.user.id === user.id).reverse();

  #endAll(user) {
    for (const { id } of this.#of(user)) this.#sessions.delete(id);
  }

  #endOthers(session) {
    const others = this.#of(session.user).filter((one) => one !== session);
    for (const { id } of others) this.#sessions.delete(id);
    return others.length;
  }

  #take(key) {
    const pending = this.#pending.get(key);
    this.#pending.delete(key);
    return pending;
  }
}

const tokens = { access_token: "", refresh_token: "", access_expires_in_seconds: 900, refresh_expires_in_seconds: 2592000 };
const cleared = ["matinee_access=; Path=/; Max-Age=0", "matinee_refresh=; Path=/api/v1/session; Max-Age=0"];
const shown = ({ id, device, created_at, last_used_at }, asking) => ({ id, device, created_at, last_used_at, address: "192.0.2.7", current: id === asking.id, method: "password" });

function proves(serverLoginState, ke3) {
  try {
    return opaque.server.finishLogin({ serverLoginState, finishLoginRequest: toUrl(ke3) }) !== undefined;
  } catch {
    return false;
  }
}

function cookies(request) {
  const pairs = (request.headers.cookie ?? "").split("; ").map((one) => [one.slice(0, one.indexOf("=")), one.slice(one.indexOf("=") + 1)]);
  return Object.fromEntries(pairs);
}
