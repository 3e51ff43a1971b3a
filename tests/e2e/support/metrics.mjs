// What the server says about itself on /metrics, and what /proc says about it.
import { readFileSync } from "node:fs";

/** Every sample by its name with labels: Map("matinee_flv_closed_total{reason=\"too_slow\"}" -> 3). */
export async function metrics(server) {
  const text = await (await fetch(`${server.url}/metrics`)).text();
  return new Map(text.split("\n").filter((line) => line && !line.startsWith("#")).map((line) => {
    const cut = line.lastIndexOf(" ");
    return [line.slice(0, cut), Number(line.slice(cut + 1))];
  }));
}

/** The sum of all samples of this name, whatever their labels. */
export function total(samples, name) {
  let sum = 0;
  for (const [key, value] of samples) if (key === name || key.startsWith(`${name}{`)) sum += value;
  return sum;
}

/** Resident memory in KiB, of the process and, where it has any, of its children. */
export function resident(pid) {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0);
}
