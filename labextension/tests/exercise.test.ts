import { describe, expect, it } from 'vitest';

import { Exercise } from '../src/exercise';
import { progressWords } from '../src/words';
import { english, info, noPause, Played, sent, submission } from './played';

const PATH = 'python/means/means.ipynb';

function make(played: Played): { exercise: Exercise; told: string[]; paused: number[] } {
  const { wait, paused } = noPause();
  const exercise = new Exercise(played.api, PATH, wait);
  const told: string[] = [];
  exercise.changed.connect(() => {
    const words = progressWords(english, exercise);
    if (words && told[told.length - 1] !== words) {
      told.push(words);
    }
  });
  return { exercise, told, paused };
}

const accepted = { status: 202, body: { ...submission('s1', 'queued'), position: 2, again: false } };
const steps = [
  { state: 'queued' as const, position: 1 },
  { state: 'running' as const, step: 'start' as const, done: 0, total: 1 },
  { state: 'running' as const, step: 'cell' as const, done: 3, total: 9 },
  { state: 'running' as const, step: 'test' as const, done: 5, total: 12 },
  { state: 'done' as const }
];

/** A server that takes a submission and grades it. */
const grading = (): Played =>
  new Played()
    .exercise()
    .answer('POST submissions', accepted)
    .answer('GET submissions/s1/events', steps)
    .answer('GET submissions/s1', { body: submission('s1') });

const save = async (): Promise<void> => undefined;

describe('submitting', () => {
  it('saves, sends, shows the way, and ends with the report', async () => {
    const played = grading();
    const { exercise, told } = make(played);
    await exercise.load();
    expect(exercise.canSubmit).toBe(true);
    let isSaved = false;
    await exercise.submit(async () => {
      expect(played.asked('POST submissions')).toEqual([]);
      isSaved = true;
    });
    expect(isSaved).toBe(true);
    expect(told).toEqual([
      'Saving the notebook …',
      'Submitting …',
      'Submitted. In the queue: place 2 …',
      'Submitted. In the queue: place 1 …',
      'Starting a sandbox for your notebook …',
      'Running your notebook: cell 3 of 9 …',
      'Running the hidden tests: test 5 of 12 …',
      'Reading the report …'
    ]);
    expect(exercise.shown?.report?.points).toBe(2);
    expect([exercise.phase, exercise.problem]).toEqual(['idle', null]);
  });

  it('takes a double click for one', async () => {
    const played = grading();
    const { exercise } = make(played);
    await exercise.load();
    await Promise.all([exercise.submit(save), exercise.submit(save), exercise.submit(save)]);
    expect(played.asked('POST submissions')).toHaveLength(1);
  });

  it('sends nothing that could not be saved', async () => {
    const played = grading();
    const { exercise } = make(played);
    await exercise.load();
    await exercise.submit(() => Promise.reject(new Error('disk full')));
    expect(exercise.problem?.code).toBe('not-saved');
    expect(played.asked('POST submissions')).toEqual([]);
    expect(exercise.canSubmit).toBe(true);
  });

  it('sends a click whose answer was lost once more, by the same key', async () => {
    const played = grading().answer('POST submissions', 'cut', 'cut', accepted);
    const { exercise, told } = make(played);
    await exercise.load();
    await exercise.submit(save);
    const keys = played.asked('POST submissions').map(body => (body as { key: string }).key);
    expect(keys).toHaveLength(3);
    expect(new Set(keys).size).toBe(1);
    expect(keys[0]).toMatch(/^[0-9A-Za-z-]{8,64}$/);
    expect(told).toContain('The connection was lost. Submitting once more; nothing is submitted twice …');
    expect(exercise.shown?.id).toBe('s1');
  });

  it('gives up on a connection that stays lost, and can be tried again', async () => {
    const played = grading().answer('POST submissions', 'cut');
    const { exercise } = make(played);
    await exercise.load();
    await exercise.submit(save);
    expect(exercise.problem?.code).toBe('offline');
    expect(exercise.canSubmit).toBe(true);
  });

  it('finds a submission of which nobody knew whether it had arrived', async () => {
    const played = grading()
      .answer('GET exercise', { body: { exercise: info, submissions: [] } }, {
        body: { exercise: info, submissions: [submission('s1', 'queued')] }
      })
      .answer('POST submissions', { status: 502, body: { code: 'unclear', message: '' } });
    const { exercise } = make(played);
    await exercise.load();
    await exercise.submit(save);
    expect([exercise.problem, exercise.shown?.id]).toEqual([null, 's1']);
  });

  it('says so when it has not arrived', async () => {
    const played = grading().answer('POST submissions', { status: 502, body: { code: 'unclear', message: '' } });
    const { exercise } = make(played);
    await exercise.load();
    await exercise.submit(save);
    expect(exercise.problem?.code).toBe('unclear');
  });

  it.each([
    [{ status: 413, body: { code: 'too-large', message: 'm' } }, 'too-large'],
    [{ status: 424, body: { message: 'not running' } }, 'server-stopped'],
    [{ status: 503, body: '<html>' }, 'server-stopped'],
    [{ status: 403, body: { message: 'Forbidden' } }, 'signed-out'],
    [{ status: 500, body: '' }, 'fault']
  ])('tells what stands in the way: %j', async (answer, code) => {
    const { exercise } = make(grading().answer('POST submissions', answer));
    await exercise.load();
    await exercise.submit(save);
    expect(exercise.problem?.code).toBe(code);
  });

  it('does not send without an attempt left, or without an exercise', async () => {
    const none = grading().answer('GET exercise', { body: { exercise: { ...info, attempts_left: 0 }, submissions: [] } });
    const outside = grading().answer('GET exercise', { body: { exercise: null, submissions: [] } });
    for (const played of [none, outside]) {
      const { exercise } = make(played);
      await exercise.load();
      await exercise.submit(save);
      expect(played.asked('POST submissions')).toEqual([]);
    }
  });
});

describe('coming back', () => {
  it('finds and follows what is under way', async () => {
    const played = grading().exercise(submission('s1', 'running'));
    const { exercise, told } = make(played);
    await exercise.load();
    expect(told).toContain('Running your notebook: cell 3 of 9 …');
    expect(exercise.shown?.id).toBe('s1');
  });

  it('shows the latest report, and asks nothing when there is none', async () => {
    const { exercise } = make(grading().exercise(submission('s1')));
    await exercise.load();
    expect(exercise.shown?.id).toBe('s1');
    const played = grading();
    await make(played).exercise.load();
    expect(played.calls.map(call => call.request)).toEqual(['GET exercise', 'GET updates']);
  });

  it('goes on when the stream is cut, and says so when it stays cut', async () => {
    const played = grading().answer('GET submissions/s1/events', [steps[2]!], 'cut', 'cut', [{ state: 'done' }]);
    const { exercise, told, paused } = make(played);
    await exercise.load();
    await exercise.submit(save);
    expect(told).toContain('The connection is lost. Your submission is stored; waiting for the connection …');
    expect(paused.slice(0, 3)).toEqual([500, 1000, 2000]);
    expect(exercise.shown?.id).toBe('s1');
  });

  it('ends at last when the connection does not come back', async () => {
    const { exercise } = make(grading().answer('GET submissions/s1/events', 'cut'));
    await exercise.load();
    await exercise.submit(save);
    expect([exercise.problem?.code, exercise.canSubmit]).toEqual(['lost', true]);
  });

  it('believes a stopped server when it stays stopped', async () => {
    const stopped = { status: 424, body: { message: 'not running' } };
    const back = grading().answer('GET submissions/s1/events', stopped, stopped, [{ state: 'done' }]);
    const gone = grading().answer('GET submissions/s1/events', stopped);
    for (const [played, code] of [
      [back, undefined],
      [gone, 'server-stopped']
    ] as const) {
      const { exercise } = make(played);
      await exercise.load();
      await exercise.submit(save);
      expect(exercise.problem?.code).toBe(code);
    }
  });

  it('tells of a service that restarts, and of one that never answers', async () => {
    const played = grading().answer('GET submissions/s1/events', [{ state: 'reconnecting' }, { state: 'unreachable' }]);
    const { exercise, told } = make(played);
    await exercise.load();
    await exercise.submit(save);
    expect(told).toContain(
      'The grading service is restarting. Your submission is stored; waiting for its report …'
    );
    expect(exercise.problem?.code).toBe('not-answering');
  });

  it('looks for the word of the LMS, and not for ever', async () => {
    const waiting = submission('s1', 'done', { passbacks: [{ ...sent, state: 'pending', sent_at: null }] });
    const played = grading().exercise(waiting).answer('GET submissions/s1', { body: waiting }, { body: waiting }, {
      body: submission('s1')
    });
    const { exercise } = make(played);
    await exercise.load();
    await new Promise(resolve => setTimeout(resolve, 20));
    expect(exercise.shown?.passbacks[0]?.state).toBe('sent');
    const forever = grading().exercise(waiting).answer('GET submissions/s1', { body: waiting });
    await make(forever).exercise.load();
    await new Promise(resolve => setTimeout(resolve, 20));
    expect(forever.asked('GET submissions/s1')).toHaveLength(7);
  });

  it('keeps the earlier report that is read, until there is a new submission', async () => {
    const played = grading()
      .exercise(submission('s3'), submission('s2'))
      .answer('GET submissions/s3', { body: submission('s3') })
      .answer('GET submissions/s2', { body: submission('s2') });
    const { exercise } = make(played);
    await exercise.load();
    await exercise.show('s2');
    await exercise.load();
    expect(exercise.shown?.id).toBe('s2');
    await exercise.show('s3');
    await exercise.show('s2');
    await exercise.submit(save);
    expect(exercise.shown?.id).toBe('s1');
  });

  it('clears a problem of asking by asking again, and no other', async () => {
    const played = grading().answer('GET exercise', 'cut', { body: { exercise: info, submissions: [] } });
    const { exercise } = make(played);
    await exercise.load();
    expect(exercise.problem?.code).toBe('offline');
    await exercise.load();
    expect(exercise.problem).toBeNull();
    await exercise.submit(() => Promise.reject(new Error('disk full')));
    await exercise.load();
    expect(exercise.problem?.code).toBe('not-saved');
    await exercise.lookAgain();
    expect(exercise.problem).toBeNull();
  });

  it('does nothing more once its notebook is closed', async () => {
    const played = grading().answer('GET submissions/s1/events', 'cut');
    const exercise: Exercise = new Exercise(played.api, PATH, async () => exercise.dispose());
    await exercise.load();
    await exercise.submit(save);
    expect(played.asked('GET submissions/s1/events')).toHaveLength(1);
  });
});
