// Runs the steps of OPAQUE away from the page, which stays alive meanwhile. Ended after each use: its memory goes with it.
import { ready } from '@serenity-kit/opaque';
import { kSteps, type StepName } from './opaque_steps';

export type Question = { id: number; step: StepName; given: string[] };
export type Answer = { id: number; value?: unknown; fault?: string };

addEventListener('message', (event: MessageEvent<Question>) => void answer(event.data));

async function answer({ id, step, given }: Question): Promise<void> {
  try {
    await ready;
    const value = (kSteps[step] as (...given: string[]) => unknown)(...given);
    postMessage({ id, value } satisfies Answer);
  } catch (error) {
    postMessage({ id, fault: String(error) } satisfies Answer);
  }
}
