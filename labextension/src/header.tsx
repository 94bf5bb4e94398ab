/** Title, points, deadline and attempts of an exercise. */

import * as React from 'react';

import { useSurroundings } from './context';
import type { ExerciseInfo } from './report';
import { deadlineWords, number, WARNING_SECONDS } from './words';

/** Longer pauses overflow a browser's timers. */
const LONGEST_MS = 2 ** 31 - 1;

export function Header({ info }: { info: ExerciseInfo }): JSX.Element {
  const { speech } = useSurroundings();
  const { trans } = speech;
  const deadline = deadlineWords(speech, info, useNow(info.deadline));
  return (
    <div>
      <h2>{info.title}</h2>
      <dl className="oj-head">
        {info.points !== null && (
          <>
            <dt>{trans.__('Points')}</dt>
            <dd>{number(speech, info.points)}</dd>
          </>
        )}
        {deadline && (
          <>
            <dt>{trans.__('Deadline')}</dt>
            <dd className={deadline.isUrgent ? 'oj-urgent' : undefined}>{deadline.words}</dd>
          </>
        )}
        {info.attempts !== null && (
          <>
            <dt>{trans.__('Attempts left')}</dt>
            <dd>{trans.__('%1 of %2', info.attempts_left ?? 0, info.attempts)}</dd>
          </>
        )}
        <dt>{trans.__('What counts')}</dt>
        <dd>{info.counts === 'latest' ? trans.__('your latest submission') : trans.__('your best submission')}</dd>
      </dl>
    </div>
  );
}

/** Unix seconds, new each time that the words about a deadline change: no clock ticks while nothing does. */
function useNow(deadline: number | null): number {
  const [now, setNow] = React.useState(() => Date.now() / 1000);
  React.useEffect(() => {
    if (deadline === null || deadline < now) {
      return;
    }
    const left = deadline - now;
    const seconds = left > WARNING_SECONDS ? left - WARNING_SECONDS : left % 60 || 60;
    const timer = setTimeout(() => setNow(Date.now() / 1000), Math.min(seconds * 1000 + 50, LONGEST_MS));
    return () => clearTimeout(timer);
  }, [deadline, now]);
  return now;
}
