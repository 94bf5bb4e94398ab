/** Follow a grading to its end, through lost connections. */

import { Api, Problem } from './api';
import type { Progress } from './report';

/** Pauses between attempts to connect again; the last one stays. In all some ten minutes. */
const PAUSES_MS = [500, 1000, 2000, 5000, 10_000, ...Array<number>(40).fill(15_000)];

const PASSING = ['offline', 'unreachable', 'fault'];
const STOPPED_TRIES = 3;

/** Waits, but not beyond the moment when the browser says that it is online again. */
export type Pause = (milliseconds: number, signal: AbortSignal) => Promise<void>;

export const pause: Pause = (milliseconds, signal) =>
  new Promise(resolve => {
    const end = () => {
      clearTimeout(timer);
      window.removeEventListener('online', end);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    window.addEventListener('online', end);
    signal.addEventListener('abort', end);
  });

/**
 * Tell `step` of each step until the grading has ended, with true then; false if `signal` ended it.
 *
 * Throws Problem when it cannot be followed any more; the submission itself is stored all the same.
 */
export async function follow(
  api: Api,
  id: string,
  step: (progress: Progress) => void,
  signal: AbortSignal,
  wait: Pause = pause
): Promise<boolean> {
  for (let lost = 0; !signal.aborted; ) {
    try {
      for await (const progress of api.events(id, signal)) {
        lost = 0;
        if (progress.state === 'done' || progress.state === 'failed') {
          return true;
        }
        if (progress.state === 'unreachable') {
          throw new Problem('not-answering');
        }
        step(progress);
      }
    } catch (error) {
      if (signal.aborted) {
        return false;
      }
      // A proxy that has just restarted says the same as one that finds no server for good.
      const passing = lost < STOPPED_TRIES ? [...PASSING, 'server-stopped'] : PASSING;
      if (!(error instanceof Problem) || !passing.includes(error.code)) {
        throw error;
      }
    }
    const milliseconds = PAUSES_MS[lost];
    if (milliseconds === undefined) {
      throw new Problem('lost');
    }
    lost += 1;
    // A stream that simply ended is not worth a word; one that cannot be had again is.
    if (lost > 1) {
      step({ state: 'offline' });
    }
    await wait(milliseconds, signal);
  }
  return false;
}
