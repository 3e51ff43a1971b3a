// A bad network and a bad mind in one: a TCP proxy that flips, cuts, repeats and delays what a client sends, by a seeded generator, byte by
// byte or RTMP message by RTMP message. What the server answers goes back as it is.
import net from "node:net";
import { Random } from "./random.mjs";
import { RtmpMessages } from "./rtmp_messages.mjs";

/** One piece of the client's stream, tampered with: { bytes, delay, what }. `from` keeps the first bytes of a piece whole. */
export function tamper(random, bytes, from = 0) {
  const at = Math.min(from, bytes.length) + random.below(Math.max(1, bytes.length - from));
  const length = 1 + random.below(Math.min(64, Math.max(1, bytes.length - at)));
  const copy = Buffer.from(bytes);
  switch (random.below(7)) {
    case 0:
      if (at < copy.length) copy[at] ^= 1 << random.below(8);
      return { what: "flip", bytes: copy, delay: 0 };
    case 1:
      for (let i = at; i < Math.min(copy.length, at + length); i++) copy[i] = random.below(256);
      return { what: "noise", bytes: copy, delay: 0 };
    case 2:
      return { what: "cut", bytes: Buffer.concat([copy.subarray(0, at), copy.subarray(at + length)]), delay: 0 };
    case 3:
      return { what: "repeat", bytes: Buffer.concat([copy.subarray(0, at + length), copy.subarray(at)]), delay: 0 };
    case 4:
      return { what: "lose", bytes: Buffer.alloc(0), delay: 0 };
    case 5:
      return { what: "twice", bytes: Buffer.concat([copy, copy]), delay: 0 };
    default:
      return { what: "delay", bytes: copy, delay: 20 + random.below(600) };
  }
}

export class MutatingProxy {
  /** `unit` is "bytes" or "messages"; one in `every` pieces is tampered with, the first `whole` pieces are left alone. */
  static async start({ to, seed, unit = "bytes", every = 10, whole = 0 }) {
    const proxy = new MutatingProxy();
    Object.assign(proxy, { to, unit, every, whole, random: new Random(seed), done: {}, sockets: new Set() });
    proxy.server = net.createServer((client) => proxy.#relay(client));
    await new Promise((ready) => proxy.server.listen(0, "127.0.0.1", ready));
    proxy.port = proxy.server.address().port;
    return proxy;
  }

  close() {
    for (const socket of this.sockets) socket.destroy();
    return new Promise((closed) => this.server.close(closed));
  }

  #relay(client) {
    const upstream = net.connect(this.to, "127.0.0.1");
    for (const socket of [client, upstream]) {
      this.sockets.add(socket);
      socket.setNoDelay(true);
      socket.on("error", () => {});
      socket.on("close", () => {
        this.sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    upstream.pipe(client);
    const messages = this.unit === "messages" ? new RtmpMessages() : null;
    let pieces = 0;
    let queue = Promise.resolve(); // in order, so that a delay holds up what follows
    client.on("data", (data) => {
      for (const piece of messages ? messages.feed(data) : [{ bytes: data, headerLength: 0 }]) queue = queue.then(() => this.#pass(upstream, piece, pieces++));
    });
  }

  async #pass(upstream, piece, index) {
    let { bytes } = piece;
    if (index >= this.whole && this.random.chance(this.every)) {
      // Half of the damage to messages is done to what they carry, so that it gets past the chunk stream.
      const changed = tamper(this.random, bytes, this.unit === "messages" && this.random.chance(2) ? piece.headerLength : 0);
      this.done[changed.what] = (this.done[changed.what] ?? 0) + 1;
      if (changed.delay) await new Promise((done) => setTimeout(done, changed.delay));
      ({ bytes } = changed);
    }
    if (bytes.length && upstream.writable) upstream.write(bytes);
  }
}
