// Programs that a test starts and folders that it makes: whatever happens to the test, they end with it, each program by its own id.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const alive = new Set();
const folders = new Set();
process.on("exit", () => {
  alive.forEach((child) => child.kill("SIGKILL"));
  folders.forEach(remove);
});
// A test that the runner ends must not leave anything behind either.
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));

/** Has a child process ended with the test, if it has not ended before. */
export function endsWithTest(child) {
  alive.add(child);
  for (const over of ["error", "exit"]) child.once(over, () => alive.delete(child));
  return child;
}

/** A folder in the place for temporary files that goes with the test, if remove() has not been called before. */
export function temporaryFolder(name) {
  const folder = mkdtempSync(join(tmpdir(), `matinee-${name}-`));
  folders.add(folder);
  return folder;
}

/** Removes a temporary folder and what is in it. */
export function remove(folder) {
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  folders.delete(folder);
}

/**
 * Starts a program and reads its lines: onLine(line, "stdout" | "stderr"). `stdin` may be a file descriptor.
 * What it wrote on standard error stays in `log`.
 */
export function start(command, args, { onLine = () => {}, stdin = "ignore", env = process.env, cwd } = {}) {
  const child = endsWithTest(spawn(command, args, { stdio: [stdin, "pipe", "pipe"], env, cwd }));
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
      done({ code: null, signal: null });
    });
    child.on("close", (code, signal) => {
      program.over = true;
      done({ code, signal });
    });
  });
  program.stop = (signal = "SIGKILL") => {
    if (!program.over) child.kill(signal);
    return program.ended;
  };
  return program;
}
