// A real PostgreSQL of the test's own: data folder, port and processes; ended by its id.
import { spawn } from "node:child_process";
import { chownSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { endsWithTest, remove, temporaryFolder } from "./children.mjs";
import { freePort, run, until } from "./matinee.mjs";

const versions = "/usr/lib/postgresql";

export class Postgres {
  static async start() {
    const server = new Postgres();
    server.bin = join(versions, readdirSync(versions).sort((a, b) => b - a)[0], "bin");
    server.folder = temporaryFolder("pg");
    server.port = await freePort();
    server.identity = {};
    if (process.getuid() === 0) {
      // PostgreSQL refuses to run as root.
      const [uid, gid] = await Promise.all(["-u", "-g"].map(async (flag) => Number((await run("id", [flag, "postgres"])).stdout)));
      server.identity = { uid, gid };
      chownSync(server.folder, uid, gid);
    }
    server.data = join(server.folder, "data");
    const made = await server.tool("initdb", ["-D", server.data, "-U", "matinee", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]);
    if (made.code !== 0) throw new Error(`initdb: ${made.stderr}`);
    await server.launch();
    return server;
  }

  get url() {
    return `postgres://matinee@127.0.0.1:${this.port}/postgres`;
  }

  tool(name, args) {
    return new Promise((done) => {
      const child = spawn(join(this.bin, name), args, { ...this.identity, cwd: this.folder, env: { PATH: process.env.PATH, LC_ALL: "C" } });
      let stderr = "";
      child.stdout.resume();
      child.stderr.on("data", (d) => (stderr += d));
      child.on("close", (code) => done({ code, stderr }));
    });
  }

  async launch() {
    const args = ["-D", this.data, "-p", String(this.port), "-h", "127.0.0.1", "-k", this.folder];
    this.process = endsWithTest(spawn(join(this.bin, "postgres"), args, { ...this.identity, cwd: this.folder, stdio: "ignore" }));
    this.ended = new Promise((done) => this.process.on("close", done));
    await until("PostgreSQL answers", async () => (await this.tool("pg_isready", ["-h", "127.0.0.1", "-p", String(this.port)])).code === 0);
  }

  /** At once, as a crash would. */
  async stop() {
    if (this.process.exitCode === null) this.process.kill("SIGQUIT");
    await this.ended;
  }

  async close() {
    await this.stop();
    remove(this.folder);
  }
}
