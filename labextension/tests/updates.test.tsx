// @vitest-environment jsdom
/** Changes of the course: both versions are shown, either can be taken, and nothing unsaved is replaced. */

import * as React from 'react';
import { act } from 'react';
import { createRoot } from 'react-dom/client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { Target } from '../src/cells';
import { SurroundingsContext } from '../src/context';
import { Exercise } from '../src/exercise';
import type { Choice, Update } from '../src/updates';
import { UpdatesView } from '../src/updatesview';
import { english, noPause, Played } from './played';

const changed: Update = {
  file: 'means/means.ipynb',
  key: 'mean',
  kind: 'changed',
  mine: '<b>mine</b>',
  theirs: 'theirs = 1',
  digest: 'd1',
  cell_type: 'code',
  number: 3
};
const added: Update = { ...changed, key: 'new', kind: 'new', mine: null, number: null };

let place: HTMLElement;
let root: ReturnType<typeof createRoot>;
const targets: Target[] = [];
const decided: [string, Choice][] = [];

beforeEach(() => {
  (globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true;
  place = document.body.appendChild(document.createElement('div'));
  root = createRoot(place);
  targets.length = decided.length = 0;
});
afterEach(() => act(() => root.unmount()));

const played = (...updates: Update[]): Played =>
  new Played().exercise().answer('GET updates', { body: { updates } });

async function loaded(server: Played): Promise<Exercise> {
  const exercise = new Exercise(server.api, 'python/means/means.ipynb', noPause().wait);
  await exercise.load();
  return exercise;
}

async function show(exercise: Exercise): Promise<void> {
  const actions = {
    submit: () => undefined,
    openVersion: () => undefined,
    goTo: (target: Target) => void targets.push(target),
    decide: (update: Update, choice: Choice) => void decided.push([update.key, choice])
  };
  await act(async () =>
    root.render(
      <SurroundingsContext.Provider value={{ speech: english, actions }}>
        <UpdatesView exercise={exercise} />
      </SurroundingsContext.Provider>
    )
  );
}

const button = (words: string): HTMLButtonElement =>
  [...place.querySelectorAll('button')].find(each => each.getAttribute('aria-label')?.startsWith(words))!;

describe('what the view shows', () => {
  it('is nothing while nothing is open', async () => {
    await show(await loaded(played()));
    expect(place.textContent).toBe('');
  });

  it('is both versions as text, with the way to the cell and to either', async () => {
    await show(await loaded(played(changed, added)));
    expect(place.querySelector('b')).toBeNull();
    for (const words of ['<b>mine</b>', 'theirs = 1', 'Cell 3', 'A cell that you do not have', 'You do not have it.']) {
      expect(place.textContent).toContain(words);
    }
    act(() => place.querySelector<HTMLButtonElement>('.oj-link')!.click());
    expect(targets).toEqual([{ cell: 2 }]);
    act(() => button('Keep mine: Cell 3').click());
    act(() => button("Take that of the course: A cell").click());
    expect(decided).toEqual([
      ['mean', 'mine'],
      ['new', 'theirs']
    ]);
  });

  it('does not stand in the way when the server half cannot tell', async () => {
    const exercise = await loaded(new Played().exercise().answer('GET updates', 'cut'));
    expect([exercise.updates, exercise.problem]).toEqual([[], null]);
  });
});

describe('a decision', () => {
  const done: string[] = [];
  const step = (name: string) => async (): Promise<void> => void done.push(name);

  beforeEach(() => (done.length = 0));

  it('saves first, and reads the notebook again when the version of the course was taken', async () => {
    const server = played(changed, added).answer('POST updates', { body: { kept: 'kept/python/means.ipynb', updates: [added] } });
    const exercise = await loaded(server);
    await exercise.decide(changed, 'theirs', step('save'), step('reload'));
    expect(done).toEqual(['save', 'reload']);
    const [asked] = server.asked('POST updates');
    expect(asked).toEqual({
      path: 'python/means/means.ipynb',
      file: 'means/means.ipynb',
      key: 'mean',
      digest: 'd1',
      choice: 'theirs'
    });
    expect([exercise.updates, exercise.kept]).toEqual([[added], 'kept/python/means.ipynb']);
    await show(exercise);
    expect(place.textContent).toContain('A copy of yours is in kept/python/means.ipynb.');
  });

  it('leaves the notebook alone when mine is kept', async () => {
    const exercise = await loaded(played(changed).answer('POST updates', { body: { kept: null, updates: [] } }));
    await exercise.decide(changed, 'mine', step('save'), step('reload'));
    expect([done, exercise.updates, exercise.kept]).toEqual([['save'], [], null]);
  });

  it('changes nothing when the notebook cannot be saved', async () => {
    const server = played(changed);
    const exercise = await loaded(server);
    await exercise.decide(changed, 'theirs', () => Promise.reject(new Error('conflict')), step('reload'));
    expect([exercise.problem?.code, done, server.asked('POST updates')]).toEqual(['not-saved', [], []]);
  });

  it('tells when it came too late', async () => {
    const body = { code: 'settled', message: 'This was decided already.' };
    const exercise = await loaded(played(changed).answer('POST updates', { status: 409, body }));
    await exercise.decide(changed, 'theirs', step('save'), step('reload'));
    expect([exercise.problem?.code, done, exercise.updates]).toEqual(['settled', ['save'], [changed]]);
  });
});
