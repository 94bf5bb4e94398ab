// @vitest-environment jsdom
import { readFileSync } from 'node:fs';

import Ajv2020 from 'ajv/dist/2020';
import * as React from 'react';
import { act } from 'react';
import { createRoot } from 'react-dom/client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { findCell, Target } from '../src/cells';
import { SurroundingsContext } from '../src/context';
import { Exercise } from '../src/exercise';
import { marksOf } from '../src/marks';
import { PanelView } from '../src/panelview';
import type { Summary } from '../src/report';
import { english, info, noPause, Played, report, submission } from './played';

(globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true;

let place: HTMLElement;
let root: ReturnType<typeof createRoot>;
const targets: Target[] = [];
const versions: string[] = [];
let submitted = 0;

beforeEach(() => {
  place = document.body.appendChild(document.createElement('div'));
  root = createRoot(place);
  targets.length = submitted = 0;
});
afterEach(() => act(() => root.unmount()));

const actions = {
  submit: () => (submitted += 1),
  goTo: (target: Target) => targets.push(target),
  decide: () => undefined,
  openVersion: ({ id }: Summary) => versions.push(id)
};

async function show(played: Played): Promise<Exercise> {
  const exercise = new Exercise(played.api, 'python/means/means.ipynb', noPause().wait);
  await act(async () =>
    root.render(
      <SurroundingsContext.Provider value={{ speech: english, actions }}>
        <PanelView exercise={exercise} />
      </SurroundingsContext.Provider>
    )
  );
  await act(() => exercise.load());
  return exercise;
}

const button = (words: string): HTMLButtonElement =>
  [...place.querySelectorAll('button')].find(each => each.textContent?.includes(words))!;
const text = (): string => place.textContent ?? '';

const graded = (): Played =>
  new Played()
    .exercise(submission('s2'), submission('s1'))
    .answer('GET submissions/s2', { body: submission('s2') })
    .answer('GET submissions/s1', { body: submission('s1', 'done', { report: { ...report, points: 1 } }) });

describe('the report', () => {
  it('has the very shape that the service promises', () => {
    const schema = JSON.parse(readFileSync('../openjupyter_service/report.schema.json', 'utf8'));
    const check = new Ajv2020({ strict: false }).compile(schema);
    expect(check(report), JSON.stringify(check.errors)).toBe(true);
    expect(check({ ...report, more: 1 })).toBe(false);
  });

  it('tells score, tests, details, style, usage, and where the score went', async () => {
    await show(graded());
    for (const words of [
      'A cell of your notebook ended with an error',
      '2 of 4 points (50%)',
      "Code cell 4, line 1: NameError: name 'x' is not defined",
      'An empty list',
      '0 / 2',
      'ZeroDivisionError: division by zero',
      'yours: 1',
      'expected: –',
      '2 more rows are not shown.',
      '90%, 1 finding. Style counts for 10% of the score.',
      'Used: 1.3 s of 60 s for your notebook, 150 MB of 512 MB of memory.',
      'with the seed 7',
      'Sent to Data Science at'
    ]) {
      expect(text()).toContain(words);
    }
    expect(place.querySelector('.oj-message code')?.textContent).toBe('mean([])');
  });

  it('shows what comes from elsewhere as text, never as HTML', async () => {
    await show(graded());
    expect(place.querySelector('.oj-facts b')).toBeNull();
    expect(text()).toContain('<b>0</b>');
  });

  it('keeps hints folded until they are asked for', async () => {
    await show(graded());
    const hint = place.querySelector('details.oj-hint') as HTMLDetailsElement;
    expect(hint.open).toBe(false);
    expect(hint.textContent).toContain('What should the mean of an empty list be?');
  });

  it('leads to the cells that are meant', async () => {
    await show(graded());
    for (const each of place.querySelectorAll<HTMLButtonElement>('.oj-report .oj-link')) {
      act(() => each.click());
    }
    expect(targets).toEqual([
      { cellId: 'c5', cell: 5, line: 1 },
      { cell: 3, line: 4 },
      { cellId: 'c1', cell: 1, line: 2, column: 5 }
    ]);
    expect(findCell(['a', 'c5', 'b'], { cellId: 'c5', cell: 2 })).toBe(1);
    expect(findCell(['a', 'b'], { cellId: 'gone', cell: 1 })).toBe(1);
    expect(findCell(['a'], { cell: 3 })).toBe(-1);
    expect(findCell(['a'], { cell: null })).toBe(-1);
  });

  it('marks each cell that it speaks of once, errors before style, and none that is gone', () => {
    const ids = ['c0', 'c1', 'c2', 'c3'];
    expect([...marksOf(ids, report)]).toEqual([
      [3, 'error'],
      [1, 'style']
    ]);
    const moved = { ...report, failing_cell: { ...report.failing_cell!, cell: 1 }, style: report.style };
    expect([...marksOf(['c5', 'c1'], moved)]).toEqual([
      [0, 'error'],
      [1, 'style']
    ]);
    expect([...marksOf(['c5'], { ...report, status: 'correct', tests: [], style: null })]).toEqual([]);
  });

  it('of an earlier submission is one click away', async () => {
    await show(graded());
    const links = place.querySelectorAll<HTMLButtonElement>('.oj-earlier button');
    expect(links).toHaveLength(2);
    await act(async () => links[1]!.click());
    expect(text()).toContain('1 of 4 points');
    expect(text()).toContain('Report of the submission of');
    act(() => button('Open this version').click());
    expect(versions).toEqual(['s1']);
  });
});

describe('the panel', () => {
  it('tells progress in a live region, with a bar, and lets nobody submit twice', async () => {
    let end = (): void => undefined;
    const waiting = new Promise<void>(resolve => (end = resolve));
    const played = graded().exercise(submission('s2', 'running'));
    played.answer('GET submissions/s2/events', [{ state: 'running', step: 'cell', done: 3, total: 9 }], [
      { state: 'done' }
    ]);
    const exercise = new Exercise(played.api, 'a.ipynb', () => waiting);
    await act(async () =>
      root.render(
        <SurroundingsContext.Provider value={{ speech: english, actions }}>
          <PanelView exercise={exercise} />
        </SurroundingsContext.Provider>
      )
    );
    const loading = exercise.load();
    await act(() => new Promise(resolve => setTimeout(resolve, 50)));
    const live = place.querySelector('[role=status]')!;
    expect([live.getAttribute('aria-live'), live.textContent]).toEqual(['polite', 'Running your notebook: cell 3 of 9 …']);
    expect([place.querySelector('progress')!.value, place.querySelector('progress')!.max]).toEqual([3, 9]);
    expect(button('Submit').disabled).toBe(true);
    end();
    await act(() => loading);
    expect(place.querySelector('[role=status]')!.textContent).toBe('');
    expect(button('Submit').disabled).toBe(false);
    act(() => button('Submit').click());
    expect(submitted).toBe(1);
  });

  it('tells a problem as an alert, with a way on', async () => {
    const played = graded().answer('GET exercise', 'cut', { body: { exercise: info, submissions: [] } });
    await show(played);
    expect(place.querySelector('[role=alert]')!.textContent).toContain('Your JupyterLab cannot be reached');
    await act(async () => button('Look again').click());
    expect(place.querySelector('[role=alert]')!.textContent).toBe('');
    expect(text()).toContain('Means');
  });

  it('says when there is no exercise', async () => {
    await show(new Played().answer('GET exercise', { body: { exercise: null, submissions: [] } }));
    expect(text()).toContain('This notebook belongs to no exercise');
    expect(button('Submit')).toBeUndefined();
  });

  it('says how many attempts are left', async () => {
    const limited = { ...info, attempts: 3, attempts_left: 0 };
    await show(new Played().answer('GET exercise', { body: { exercise: limited, submissions: [] } }));
    expect(text()).toContain('0 of 3');
    expect(button('Submit').disabled).toBe(true);
  });
});
