// OPAQUE for the page: the same steps as promises, done by a worker that is loaded when a password is first needed.
import OpaqueWorker from './opaque_worker?worker';
import type { Answer, Question } from './opaque_worker';
import type { StepName, Steps } from './opaque_steps';

/** This browser has no WebAssembly or no workers, or is out of memory. */
export class OpaqueUnavailable extends Error {}

type Async<Step> = Step extends (...given: infer Given) => infer Value ? (...given: Given) => Promise<Value> : never;
export type AsyncSteps = { readonly [Name in StepName]: Async<Steps[Name]> };

const kPatience = 60_000; // the slowest phones take ten seconds

class Client {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, { done: (value: unknown) => void; fail: (error: Error) => void }>();
  #asked = 0;
  readonly steps: AsyncSteps;

  constructor() {
    this.#worker = new OpaqueWorker();
    this.#worker.onmessage = ({ data }: MessageEvent<Answer>) => {
      const waiting = this.#waiting.get(data.id);
      this.#waiting.delete(data.id);
      if (data.fault === undefined) waiting?.done(data.value);
      else waiting?.fail(new OpaqueUnavailable(data.fault));
    };
    this.#worker.onerror = () => this.close();
    const step =
      (step: StepName) =>
      (...given: string[]) =>
        this.#ask({ id: ++this.#asked, step, given });
    const names = ['startRegistration', 'finishRegistration', 'startLogin', 'finishLogin'] as const;
    this.steps = Object.fromEntries(names.map((name) => [name, step(name)])) as unknown as AsyncSteps;
  }

  #ask(question: Question): Promise<unknown> {
    const timer = setTimeout(() => this.close(), kPatience);
    const answered = new Promise<unknown>((done, fail) => {
      this.#waiting.set(question.id, { done, fail });
      this.#worker.postMessage(question);
    });
    return answered.finally(() => clearTimeout(timer));
  }

  close(): void {
    this.#worker.terminate();
    for (const { fail } of this.#waiting.values()) fail(new OpaqueUnavailable());
    this.#waiting.clear();
    if (warm === this) warm = null;
  }
}

let warm: Client | null = null;

/** Loads what a password needs while it is being typed. Returns what lets it go again. */
export function warmUp(): () => void {
  try {
    warm ??= new Client();
  } catch {
    // Told when it is needed.
  }
  return () => warm?.close();
}

/** `work` has the steps for one sign-in, sign-up or change. */
export async function withOpaque<T>(work: (steps: AsyncSteps) => Promise<T>): Promise<T> {
  let client: Client;
  try {
    client = warm ?? new Client();
  } catch {
    throw new OpaqueUnavailable();
  }
  warm = null;
  try {
    return await work(client.steps);
  } finally {
    client.close();
  }
}

/** However the keyboard has put it together: the same characters are the same password. */
export const normalised = (password: string): string => password.normalize('NFC');
