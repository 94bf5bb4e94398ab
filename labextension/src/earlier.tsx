/** One's submissions of this exercise, newest first; a click shows the report of one. */

import * as React from 'react';

import { useSurroundings } from './context';
import type { Exercise } from './exercise';
import { isUnderWay, Summary } from './report';
import { moment, percent, Speech } from './words';

export function Earlier({ exercise }: { exercise: Exercise }): JSX.Element | null {
  const { speech } = useSurroundings();
  if (!exercise.earlier.length) {
    return null;
  }
  return (
    <details className="oj-earlier">
      <summary>{speech.trans.__('Your submissions (%1)', exercise.earlier.length)}</summary>
      <ul>
        {exercise.earlier.map(summary => (
          <li key={summary.id}>
            <button
              type="button"
              className="oj-link"
              aria-current={exercise.shown?.id === summary.id}
              disabled={exercise.isBusy || isUnderWay(summary)}
              onClick={() => void exercise.show(summary.id)}
            >
              {moment(speech, summary.created_at)}
            </button>{' '}
            <span>{scoreOf(speech, summary)}</span>
          </li>
        ))}
      </ul>
    </details>
  );
}

function scoreOf(speech: Speech, summary: Summary): string {
  const { trans } = speech;
  if (isUnderWay(summary)) {
    return trans.__('is being graded');
  }
  if (summary.score === null) {
    return trans.__('no score');
  }
  const score = percent(speech, summary.score);
  if (summary.credit === null) {
    return trans.__('%1, does not count', score);
  }
  return summary.credit === summary.score ? score : trans.__('%1, counts %2', score, percent(speech, summary.credit));
}
