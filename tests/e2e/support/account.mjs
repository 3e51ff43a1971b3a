// People of the tests: a client that signs up and in by OPAQUE as the web client does, and an open /api/ws of theirs.
import { randomBytes } from "node:crypto";
import http from "node:http";
import opaque from "@serenity-kit/opaque";

export const STANDARD = { iterations: 3, memory: 65536, parallelism: 1 };
const CHEAP = { iterations: 1, memory: 8, parallelism: 1 }; // what stretching costs is the client's affair

const toJson = (text) => Buffer.from(text, "base64url").toString("base64");
const fromJson = (text) => Buffer.from(text, "base64").toString("base64url");

/** Somebody at a browser or program of their own, with a jar of cookies when it is a browser. */
export class Client {
  constructor(server, { web = false, agent = "matinee-test/1.0", origin, headers = {}, cost = CHEAP } = {}) {
    Object.assign(this, { server, web, agent, origin, headers, cost, cookies: new Map(), tokens: null });
  }

  async call(method, path, body, headers = {}) {
    const sent = { "user-agent": this.agent, ...this.headers };
    if (this.web) sent["x-matinee-web"] = "1";
    if (this.web && this.cookies.size) sent.cookie = this.cookieHeader(path);
    if (this.origin) sent.origin = this.origin;
    if (!this.web && this.tokens) sent.authorization = `Bearer ${this.tokens.access_token}`;
    if (body !== undefined) sent["content-type"] = "application/json";
    Object.assign(sent, headers); // null takes one out
    for (const name of Object.keys(sent)) if (sent[name] === null) delete sent[name];
    const answer = await fetch(`${this.server.url}${path}`, { method, headers: sent, body: body === undefined ? undefined : JSON.stringify(body) });
    const lines = answer.headers.getSetCookie();
    for (const line of lines) this.#keep(line);
    const text = await answer.text();
    return { status: answer.status, body: text ? JSON.parse(text) : null, lines, headers: answer.headers };
  }

  /** As a browser: by path, and gone with Max-Age=0. */
  cookieHeader(path) {
    return [...this.cookies.values()].filter((cookie) => path.startsWith(cookie.path)).map((cookie) => `${cookie.name}=${cookie.value}`).join("; ");
  }
  #keep(line) {
    const [pair, ...attributes] = line.split("; ");
    const [name, value] = [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)];
    if (attributes.includes("Max-Age=0")) this.cookies.delete(name);
    else this.cookies.set(name, { name, value, path: attributes.find((text) => text.startsWith("Path=")).slice(5) });
  }

  async signUp(name, password, linkToken = "", more = {}) {
    const start = opaque.client.startRegistration({ password });
    this.tokens = null;
    const begun = await this.call("POST", "/api/v1/sign-up", { name, registration_request: toJson(start.registrationRequest), link_token: linkToken, ...more });
    if (begun.status !== 200) return begun;
    const done = opaque.client.finishRegistration({
      password, clientRegistrationState: start.clientRegistrationState, registrationResponse: fromJson(begun.body.registration_response),
      keyStretching: { "argon2id-custom": this.cost },
    });
    return this.#signedIn(
      await this.call("POST", "/api/v1/sign-up/finish", { sign_up_id: begun.body.sign_up_id, registration_record: toJson(done.registrationRecord) }),
    );
  }

  async signIn(name, password, cost = CHEAP) {
    const start = opaque.client.startLogin({ password });
    this.tokens = null;
    const begun = await this.call("POST", "/api/v1/sign-in/password", { name, ke1: toJson(start.startLoginRequest) });
    if (begun.status !== 200) return begun;
    const done = opaque.client.finishLogin({
      password, clientLoginState: start.clientLoginState, loginResponse: fromJson(begun.body.ke2), keyStretching: { "argon2id-custom": cost },
    });
    // Who does not know the password sends something all the same.
    const ke3 = done ? toJson(done.finishLoginRequest) : randomBytes(64).toString("base64");
    return this.#signedIn(await this.call("POST", "/api/v1/sign-in/password/finish", { sign_in_id: begun.body.sign_in_id, ke3 }));
  }

  async refresh(token = this.tokens?.refresh_token) {
    const answer = await this.call("POST", "/api/v1/session/refresh", this.web ? {} : { refresh_token: token }, this.web ? {} : { authorization: null });
    if (answer.status === 200 && !this.web) this.tokens = answer.body;
    return answer;
  }

  #signedIn(answer) {
    if (answer.status === 200 && !this.web) this.tokens = answer.body.session;
    return answer;
  }
}

/** An open /api/ws that is written and read as JSON. `closed` gives when it ended, in ms of performance.now(). */
export class OpenSocket {
  static open(server, headers, query = "") {
    return new Promise((done, fail) => {
      const request = http.get(`${server.url}/api/ws${query}`, {
        agent: false,
        headers: { Connection: "Upgrade", Upgrade: "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": randomBytes(16).toString("base64"), ...headers },
      });
      request.on("upgrade", (response, socket, head) => done(new OpenSocket(socket, head)));
      request.on("response", (response) => fail(new Error(`status ${response.statusCode}`)));
      request.on("error", fail);
    });
  }

  constructor(socket, head) {
    Object.assign(this, { socket, messages: [], rest: head, closedAt: null });
    socket.on("data", (data) => this.#take(data));
    socket.on("error", () => {});
    this.closed = new Promise((done) => socket.on("close", () => done((this.closedAt = performance.now()))));
    this.#take(Buffer.alloc(0));
  }

  /** A masked text frame (RFC 6455, 5.2) of at most 125 bytes. */
  send(message) {
    const text = Buffer.from(JSON.stringify(message));
    const mask = randomBytes(4);
    this.socket.write(Buffer.concat([Buffer.from([0x81, 0x80 | text.length]), mask, text.map((byte, i) => byte ^ mask[i % 4])]));
  }

  #take(data) {
    this.rest = Buffer.concat([this.rest, data]);
    for (;;) {
      if (this.rest.length < 2) return;
      let [size, at] = [this.rest[1] & 0x7f, 2];
      if (size === 126) [size, at] = [this.rest.length < 4 ? Infinity : this.rest.readUInt16BE(2), 4];
      if (this.rest.length < at + size) return;
      const frame = this.rest.subarray(at, at + size);
      const kind = this.rest[0] & 0x0f;
      this.rest = this.rest.subarray(at + size);
      if (kind === 1) this.messages.push(JSON.parse(frame.toString()));
      else if (kind === 2) this.messages.push({ binary: frame });
      else if (kind === 8) this.socket.end();
    }
  }
}
