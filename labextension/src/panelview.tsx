/** All that the panel at the side shows of one exercise. */

import * as React from 'react';

import { useExercise, useSurroundings } from './context';
import { Earlier } from './earlier';
import type { Exercise } from './exercise';
import { Header } from './header';
import { ReportView } from './reportview';
import { UpdatesView } from './updatesview';
import { moment, problemWords, progressWords } from './words';

/** Problems after which there is nothing to try from here. */
const FINAL = ['server-stopped', 'signed-out', 'attempts-used-up', 'no-exercise'];

export function PanelView({ exercise }: { exercise: Exercise | null }): JSX.Element {
  const { trans } = useSurroundings().speech;
  return exercise ? (
    <ExerciseView exercise={exercise} />
  ) : (
    <p className="oj-quiet">{trans.__('Open the notebook of an exercise to submit it here and to read its report.')}</p>
  );
}

function ExerciseView({ exercise }: { exercise: Exercise }): JSX.Element {
  useExercise(exercise);
  const { speech, actions } = useSurroundings();
  const { trans } = speech;
  const { info, problem, shown, progress } = exercise;
  const words = progressWords(speech, exercise);
  return (
    <>
      {info && <Header info={info} />}
      {info && (
        <button
          type="button"
          className="jp-mod-styled jp-mod-accept oj-submit"
          disabled={!exercise.canSubmit}
          onClick={() => actions.submit()}
        >
          {trans.__('Submit')}
        </button>
      )}
      <div role="status" aria-live="polite" className="oj-progress">
        {words}
        {exercise.phase === 'grading' && exercise.isAgain && (
          <p>{trans.__('This very version had been submitted already; you see how it goes on.')}</p>
        )}
      </div>
      {progress?.total && progress.total > 1 ? (
        <progress max={progress.total} value={progress.done ?? 0} aria-label={trans.__('Progress')} />
      ) : null}
      <div role="alert">
        {problem && (
          <div className="oj-problem">
            <p>{problemWords(speech, problem)}</p>
            {!FINAL.includes(problem.code) && (
              <button type="button" className="jp-mod-styled" onClick={() => void exercise.lookAgain()}>
                {trans.__('Look again')}
              </button>
            )}
          </div>
        )}
      </div>
      {exercise.isLoaded && !info && (
        <p className="oj-quiet">
          {trans.__('This notebook belongs to no exercise. Open an exercise by its link on your course page.')}
        </p>
      )}
      <UpdatesView exercise={exercise} />
      {info?.attempts_left === 0 && <p>{trans.__('You have used all your attempts. The score you have stays.')}</p>}
      {shown && shown.id !== exercise.earlier[0]?.id && (
        <p className="oj-quiet">
          {trans.__('Report of the submission of %1.', moment(speech, shown.created_at))}{' '}
          <button type="button" className="oj-link" onClick={() => actions.openVersion(shown)}>
            {trans.__('Open this version')}
          </button>
        </p>
      )}
      {shown && <ReportView submission={shown} info={info} />}
      <Earlier exercise={exercise} />
    </>
  );
}
