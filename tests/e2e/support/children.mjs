// Programs that a test starts beside the server: whatever happens to the test, they end with it, each by its own id.
import { spawn } from "node:child_process";

const alive = new Set();
process.on("exit", () => alive.forEach((child) => child.kill("SIGKILL")));
// A test that the runner ends must not leave anything behind either.
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));

/**
 * Starts a program and reads its lines: onLine(line, "stdout" | "stderr"). `stdin` may be a file descriptor.
 * What it wrote on standard error stays in `log`.
 */
export function start(command, args, { onLine = () => {}, stdin = "ignore", env = process.env, cwd } = {}) {
  const child = spawn(command, args, { stdio: [stdin, "pipe", "pipe"], env, cwd });
  alive.add(child);
  const program = { process: child, log: "", over: false };
  for (const name of ["stdout", "stderr"]) {
    let rest = "";
    child[name].setEncoding("utf8");
    child[name].on("data", (text) => {
      if (name === "stderr") program.log += text;
      const lines = (rest + text).split("\n");
      rest = lines.pop();
      for (const line of lines) onLine(line, name);
    });
  }
  program.ended = new Promise((done) => {
    child.on("error", (error) => {
      program.log += String(error);
      program.over = true;
      alive.delete(child);
      done({ code: null, signal: null });
    });
    child.on("close", (code, signal) => {
      program.over = true;
      alive.delete(child);
      done({ code, signal });
    });
  });
  program.stop = (signal = "SIGKILL") => {
    if (!program.over) child.kill(signal);
    return program.ended;
  };
  return program;
}
