/** Changes of the course that a pull did not take: both versions side by side, and the learner takes either. */

import * as React from 'react';

import { useSurroundings } from './context';
import type { Exercise } from './exercise';
import type { Update } from './updates';
import type { Trans } from './words';

export function UpdatesView({ exercise }: { exercise: Exercise }): JSX.Element | null {
  const { trans } = useSurroundings().speech;
  const { updates, kept } = exercise;
  if (!updates.length && !kept) {
    return null;
  }
  return (
    <section className="oj-updates" aria-label={trans.__('Changes of the course')}>
      {updates.length > 0 && (
        <>
          <h3>{trans.__('The course has changed')}</h3>
          <p>
            {trans._n(
              'You have changed %1 place, too. Yours stays until you decide otherwise.',
              'You have changed %1 places, too. Yours stay until you decide otherwise.',
              updates.length
            )}
          </p>
          <ul>
            {updates.map(update => (
              <UpdateView key={`${update.file} ${update.key}`} exercise={exercise} update={update} />
            ))}
          </ul>
        </>
      )}
      <div role="status">{kept && <p>{trans.__('Done. A copy of yours is in %1.', kept)}</p>}</div>
    </section>
  );
}

function UpdateView({ exercise, update }: { exercise: Exercise; update: Update }): JSX.Element {
  const { speech, actions } = useSurroundings();
  const { trans } = speech;
  const { number } = update;
  return (
    <li>
      <details>
        <summary>{placeOf(trans, update)}</summary>
        {number !== null && (
          <button type="button" className="oj-link" onClick={() => actions.goTo({ cell: number - 1 })}>
            {trans.__('Go to the cell')}
          </button>
        )}
        <Version label={trans.__('Yours')} text={update.mine} nothing={trans.__('You do not have it.')} />
        <Version
          label={trans.__('Version of the course')}
          text={update.theirs}
          nothing={update.kind === 'removed' ? trans.__('The course has taken it out.') : trans.__('It cannot be shown.')}
        />
      </details>
      <div className="oj-choices">
        <button
          type="button"
          className="jp-mod-styled"
          disabled={exercise.isBusy}
          aria-label={trans.__('Keep mine: %1', placeOf(trans, update))}
          onClick={() => actions.decide(update, 'mine')}
        >
          {trans.__('Keep mine')}
        </button>
        <button
          type="button"
          className="jp-mod-styled"
          disabled={exercise.isBusy}
          aria-label={trans.__('Take that of the course: %1', placeOf(trans, update))}
          onClick={() => actions.decide(update, 'theirs')}
        >
          {trans.__('Take that of the course')}
        </button>
      </div>
    </li>
  );
}

function Version({ label, text, nothing }: { label: string; text: string | null; nothing: string }): JSX.Element {
  return (
    <>
      <h4>{label}</h4>
      {text === null ? (
        <p className="oj-quiet">{nothing}</p>
      ) : (
        <pre className="oj-version" tabIndex={0} role="region" aria-label={label}>
          {text}
        </pre>
      )}
    </>
  );
}

function placeOf(trans: Trans, { file, key, kind, number }: Update): string {
  if (!key) {
    return trans.__('File %1', file);
  }
  if (kind === 'removed') {
    return trans.__('Cell %1, which the course has taken out', number ?? 0);
  }
  return number === null ? trans.__('A cell that you do not have') : trans.__('Cell %1', number);
}
