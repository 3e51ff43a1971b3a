// A mail server of the system (Debian: exim4-daemon-light) with STARTTLS, a password, a folder, a port and a certificate of its own, as an
// ordinary user. What it takes it puts into files, which Python's email package reads.
import { spawn } from "node:child_process";
import { chownSync, copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { endsWithTest, remove, temporaryFolder } from "./children.mjs";
import { freePort, root, run, until } from "./matinee.mjs";

const PROGRAM = "/usr/sbin/exim4";
const USER = "matinee";
const PASSWORD = "pass-word-1";

async function identity() {
  const of = async (...flags) => (await run("id", flags)).stdout.trim();
  const name = process.getuid() === 0 ? ["nobody"] : [];
  const [user, group, uid, gid] = await Promise.all([of("-un", ...name), of("-gn", ...name), of("-u", ...name), of("-g", ...name)]);
  return { user, group, uid: Number(uid), gid: Number(gid) };
}

export class Exim {
  static async start() {
    if (!existsSync(PROGRAM)) throw new Error("Exim is not installed; this test needs it (Debian: apt-get install exim4-daemon-light).");
    const exim = new Exim();
    exim.folder = temporaryFolder("exim");
    exim.port = await freePort();
    const who = await identity();
    const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", join(exim.folder, "server.key")];
    const named = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-out", exim.authority];
    const made = await run("openssl", ["req", "-x509", ...key, "-days", "2", ...named]);
    if (made.code !== 0) throw new Error(made.stderr);
    // A copy is not setuid, so that it is one of ours and ends with this test.
    exim.program = join(exim.folder, "exim");
    copyFileSync(PROGRAM, exim.program);
    for (const name of ["mail", "spool"]) mkdirSync(join(exim.folder, name));
    writeFileSync(join(exim.folder, "exim.conf"), exim.#configuration(who));
    for (const name of ["", ...readdirSync(exim.folder)]) chownSync(join(exim.folder, name), who.uid, who.gid);
    await exim.#launch(who);
    return exim;
  }

  get authority() {
    return join(this.folder, "server.pem");
  }

  /** Settings of a server that sends by it. */
  get env() {
    return {
      MATINEE_EMAIL_SMTP_HOST: "localhost", MATINEE_EMAIL_SMTP_PORT: String(this.port), MATINEE_EMAIL_SMTP_SECURITY: "starttls",
      MATINEE_EMAIL_SMTP_USERNAME: USER, MATINEE_EMAIL_SMTP_PASSWORD: PASSWORD, MATINEE_EMAIL_CA_FILE: this.authority,
      MATINEE_EMAIL_FROM_ADDRESS: "matinee@example.org",
    };
  }

  #configuration({ user, group }) {
    return `exim_user = ${user}
exim_group = ${group}
admin_groups = ${group}
primary_hostname = mail.test
spool_directory = ${this.folder}/spool
log_file_path = ${this.folder}/%slog
pid_file_path = ${this.folder}/pid
local_interfaces = 127.0.0.1
daemon_smtp_ports = ${this.port}
deliver_drop_privilege = true
host_lookup =
rfc1413_query_timeout = 0s
keep_environment =
message_logs = false
tls_certificate = ${this.authority}
tls_privatekey = ${this.folder}/server.key
tls_advertise_hosts = *
acl_smtp_rcpt = check_recipient
acl_smtp_data = check_data
begin acl
check_recipient:
  deny !encrypted = *
       message = TLS required
  deny !authenticated = *
       message = Authentication required
  accept
check_data:
  accept
begin routers
all:
  driver = accept
  transport = files
begin transports
files:
  driver = appendfile
  directory = ${this.folder}/mail
  create_directory = false
  envelope_to_add
  return_path_add
begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = \${if and{{eq{$auth2}{${USER}}}{eq{$auth3}{${PASSWORD}}}}}
  server_set_id = $auth2
`;
  }

  async #launch({ uid, gid }) {
    const args = ["-C", join(this.folder, "exim.conf"), "-bdf", "-q30m"];
    // Its own group must be among the further ones, by which Exim knows who may start it.
    const [command, all] =
      process.getuid() === 0
        ? ["setpriv", ["--reuid", String(uid), "--regid", String(gid), "--groups", String(gid), "--pdeathsig", "KILL", this.program, ...args]]
        : [this.program, args];
    this.process = endsWithTest(spawn(command, all, { stdio: ["ignore", "pipe", "pipe"], cwd: this.folder, detached: true }));
    this.output = "";
    for (const stream of [this.process.stdout, this.process.stderr]) stream.on("data", (data) => (this.output += data));
    this.ended = new Promise((done) => this.process.on("close", done));
    await until("Exim is there", () => {
      if (this.process.exitCode !== null) throw new Error(`Exim did not start: ${this.output}`);
      return existsSync(join(this.folder, "pid"));
    });
  }

  get log() {
    return existsSync(join(this.folder, "mainlog")) ? readFileSync(join(this.folder, "mainlog"), "utf8") : "";
  }

  /** Names of what has come. */
  get files() {
    // While it is written it has another name, which begins with "temp".
    return readdirSync(join(this.folder, "mail")).filter((name) => name.startsWith("q"));
  }

  /** Those that are not among `known`, once there are `count` of them, in no order: { to, subject, text, html, language, ... }. */
  async mails(count, known = []) {
    if (count === 0) return [];
    const fresh = () => this.files.filter((name) => !known.includes(name));
    const files = await until(`${count} mails; ${this.log.slice(-600)}`, () => (fresh().length >= count ? fresh() : null), { timeout: 20000 });
    const reader = join(root, "tests/protocol/mail/read_mail.py");
    const read = await run("python3", [reader, ...files.map((name) => join(this.folder, "mail", name))]);
    if (read.code !== 0) throw new Error(read.stderr);
    return read.stdout.trim().split("\n").map((line) => {
      const mail = JSON.parse(line);
      return { ...mail, text: mail.parts[0].content, html: mail.parts[1].content };
    });
  }

  async close() {
    // Each connection has a process of its own: they end together.
    if (this.process.exitCode === null) process.kill(-this.process.pid, "SIGKILL");
    await this.ended;
    remove(this.folder);
  }
}
