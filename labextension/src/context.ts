/** What every part of the panel needs, handed down once. */

import { createContext, useContext, useEffect, useReducer } from 'react';

import type { Target } from './cells';
import type { Exercise } from './exercise';
import type { Choice, Update } from './updates';
import type { Summary } from './report';
import type { Speech } from './words';

/** What the panel asks of the notebook. */
export interface Actions {
  submit(): void;
  goTo(target: Target): void;
  /** Keep the learner's version of what the course has changed, or take the course's. */
  decide(update: Update, choice: Choice): void;
  /** Open the notebook as it was submitted, beside the present one. */
  openVersion(submission: Summary): void;
}

export interface Surroundings {
  speech: Speech;
  actions: Actions;
}

export const SurroundingsContext = createContext<Surroundings | null>(null);

export function useSurroundings(): Surroundings {
  const surroundings = useContext(SurroundingsContext);
  if (!surroundings) {
    throw new Error('rendered outside of SurroundingsContext');
  }
  return surroundings;
}

/** Render again whenever something of the exercise changes. */
export function useExercise(exercise: Exercise): void {
  const [, render] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    exercise.changed.connect(render);
    return () => {
      exercise.changed.disconnect(render);
    };
  }, [exercise]);
}
