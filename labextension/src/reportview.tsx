/** The report of one submission. */

import * as React from 'react';

import type { Target } from './cells';
import { useSurroundings } from './context';
import { DetailsView } from './details';
import type { ExerciseInfo, Finding, Outcome, Submission, TestResult } from './report';
import { cellWords, noteWords, number, percent, pointsWords, scoreWords, statusWords, styleWords } from './words';

const MARKS: Partial<Record<Outcome, string>> = { passed: '✓', partial: '◐', 'not run': '–' };

export function ReportView({ submission, info }: { submission: Submission; info: ExerciseInfo | null }): JSX.Element {
  const { speech } = useSurroundings();
  const { trans } = speech;
  const { report } = submission;
  if (!report) {
    return <p>{trans.__('This submission has no report yet.')}</p>;
  }
  const cell = report.failing_cell;
  return (
    <section className="oj-report" aria-label={trans.__('Report')}>
      <h3>{statusWords(speech, report.status)}</h3>
      {report.score !== null && (
        <p className="oj-score">
          {pointsWords(speech, report.points, report.max_points)} ({percent(speech, report.score)})
        </p>
      )}
      {scoreWords(speech, submission).map(words => (
        <p key={words}>{words}</p>
      ))}
      {cell && (
        <p className={report.status === 'correct' ? undefined : 'oj-bad'}>
          {cellWords(speech, cell, report.status)}{' '}
          <GoTo target={{ cellId: cell.cell_id, cell: cell.cell, line: cell.line }} number={cell.number} />
        </p>
      )}
      {report.tests.length > 0 && (
        <>
          <h4>{trans.__('Tests')}</h4>
          <ul className="oj-tests">
            {report.tests.map((test, index) => (
              <TestView key={index} test={test} />
            ))}
          </ul>
        </>
      )}
      {report.style && (
        <>
          <h4>{trans.__('Style')}</h4>
          <p>{styleWords(speech, report.style)}</p>
          <ul className="oj-findings">
            {report.style.findings.map((finding, index) => (
              <FindingView key={index} finding={finding} />
            ))}
          </ul>
        </>
      )}
      {noteWords(speech, report, info).map(words => (
        <p key={words} className="oj-quiet">
          {words}
        </p>
      ))}
    </section>
  );
}

function TestView({ test }: { test: TestResult }): JSX.Element {
  const { speech } = useSurroundings();
  const { trans } = speech;
  const isPassed = test.outcome === 'passed';
  const place = test.place;
  return (
    <li className={`oj-test oj-${test.outcome.replace(' ', '-')}`}>
      <div className="oj-test-head">
        <span aria-hidden="true" className="oj-mark">
          {MARKS[test.outcome] ?? '✗'}
        </span>
        <span className="oj-test-title">{test.title}</span>
        <span className="oj-points">
          {number(speech, test.points)} / {number(speech, test.max_points)}
        </span>
      </div>
      <div className={isPassed ? 'oj-visually-hidden' : 'oj-message'}>
        {outcomeWords(trans, test.outcome)} {!isPassed && <Sentence text={test.message} />}
      </div>
      {!isPassed && test.details && <DetailsView details={test.details} />}
      {!isPassed && place && place.cell !== null && (
        <GoTo target={{ cell: place.cell, line: place.line }} number={place.number} />
      )}
      {!isPassed && test.hint && (
        <details className="oj-hint">
          <summary>{trans.__('Hint')}</summary>
          <p>
            <Sentence text={test.hint} />
          </p>
        </details>
      )}
    </li>
  );
}

function outcomeWords(trans: { __(text: string): string }, outcome: Outcome): string {
  switch (outcome) {
    case 'passed':
      return trans.__('Passed.');
    case 'partial':
      return trans.__('Partly passed.');
    case 'not run':
      return trans.__('Not run.');
    case 'time limit':
      return trans.__('Took too long.');
    case 'memory limit':
      return trans.__('Used too much memory.');
    default:
      return trans.__('Not passed.');
  }
}

function FindingView({ finding }: { finding: Finding }): JSX.Element {
  return (
    <li>
      <Sentence text={finding.message} /> <span className="oj-quiet">({finding.code})</span>{' '}
      <GoTo
        target={{ cellId: finding.cell_id, cell: finding.cell, line: finding.line, column: finding.column }}
        number={finding.number}
      />
    </li>
  );
}

function GoTo({ target, number }: { target: Target; number: number | null }): JSX.Element {
  const { speech, actions } = useSurroundings();
  const { trans } = speech;
  const words = target.line
    ? trans.__('Go to code cell %1, line %2', number ?? '?', target.line)
    : trans.__('Go to code cell %1', number ?? '?');
  return (
    <button type="button" className="oj-link" onClick={() => actions.goTo(target)}>
      {words}
    </button>
  );
}

/** A sentence of the service, in which `code` stands between backticks. */
function Sentence({ text }: { text: string }): JSX.Element {
  return (
    <>
      {text.split(/`([^`]*)`/).map((part, index) => (index % 2 ? <code key={index}>{part}</code> : part))}
    </>
  );
}
