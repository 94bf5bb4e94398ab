/** A server half that is played, a report, and words in English. */

import { nullTranslator } from '@jupyterlab/translation';

import { Api } from '../src/api';
import type { ExerciseInfo, Passback, Progress, Report, State, Submission, TestResult } from '../src/report';
import type { Speech } from '../src/words';

export const english: Speech = { trans: nullTranslator.load('openjupyter'), language: 'en' };

export const info: ExerciseInfo = {
  course: 'python',
  name: 'means',
  title: 'Means',
  notebook: 'means/means.ipynb',
  files: [],
  limits: { notebook_seconds: 60, memory: '512M' },
  points: 4,
  counts: 'best',
  deadline: null,
  late_factor: 0,
  attempts: null,
  attempts_left: null
};

export const test: TestResult = {
  id: 't1',
  title: 'An empty list',
  outcome: 'failed',
  points: 0,
  max_points: 2,
  message: '`mean([])` raised ZeroDivisionError',
  hint: 'What should the mean of an empty list be?',
  seconds: 0.1,
  place: { cell: 3, number: 2, file: null, line: 4 },
  details: {
    called: 'mean([])',
    returned: null,
    raised: 'ZeroDivisionError: division by zero',
    printed: null,
    changed: null,
    expected: '<b>0</b>',
    compared: null,
    table: {
      columns: ['a'],
      rows: [{ label: 'row 0', cells: [{ got: '1', expected: '', same: false }] }],
      more: 2
    }
  }
};

/** Every field of a report is set. */
export const report: Report = {
  status: 'runtime error',
  score: 0.5,
  points: 2,
  max_points: 4,
  tests: [{ ...test, title: 'Some numbers', outcome: 'passed', points: 2 }, test],
  failing_cell: { cell: 5, number: 4, cell_id: 'c5', line: 1, error: 'NameError', message: "name 'x' is not defined" },
  style: {
    score: 0.9,
    weight: 0.1,
    findings: [{ cell: 1, number: 1, cell_id: 'c1', line: 2, column: 5, code: 'E741', message: 'Ambiguous: `l`' }],
    more: 0
  },
  usage: { notebook_seconds: 1.26, tests_seconds: 0.5, cpu_seconds: 1, peak_memory_bytes: 150 * 2 ** 20 },
  seed: 7,
  tests_left_out: 1
};

export const sent: Passback = {
  platform: 'demo',
  context_title: 'Data Science',
  state: 'sent',
  score: 0.5,
  sent_at: 1_700_000_000,
  next_attempt_at: null,
  last_error: null
};

export const submission = (id: string, state: State = 'done', changes: Partial<Submission> = {}): Submission => ({
  id,
  state,
  score: state === 'done' ? 0.5 : null,
  credit: state === 'done' ? 0.5 : null,
  created_at: 1_700_000_000,
  finished_at: null,
  report: state === 'done' ? report : null,
  policy: { counts: 'best', deadline: null, late_factor: 0, attempts: null, attempts_left: null },
  passbacks: state === 'done' ? [sent] : [],
  ...changes
});

type Answer = { status?: number; body: unknown } | 'cut' | Progress[];

/** Answers by method and path, one after the other; the last one stays. "cut": the connection is lost. */
export class Played {
  readonly calls: { request: string; body: unknown }[] = [];
  private readonly answers = new Map<string, Answer[]>();

  answer(request: string, ...answers: Answer[]): this {
    this.answers.set(request, answers);
    return this;
  }

  /** An exercise with these submissions. */
  exercise(...submissions: Submission[]): this {
    return this.answer('GET exercise', { body: { exercise: info, submissions } });
  }

  asked(request: string): unknown[] {
    return this.calls.filter(call => call.request === request).map(call => call.body);
  }

  get api(): Api {
    return new Api(async (path, init = {}) => {
      const request = `${init.method ?? 'GET'} ${path.split('?')[0]}`;
      this.calls.push({ request, body: init.body ? JSON.parse(String(init.body)) : null });
      const answers = this.answers.get(request) ?? [{ status: 404, body: { code: 'not-found', message: request } }];
      const answer = answers.length > 1 ? answers.shift()! : answers[0]!;
      if (answer === 'cut') {
        throw new TypeError('Failed to fetch');
      }
      if (Array.isArray(answer)) {
        return new Response(answer.map(event => `data: ${JSON.stringify(event)}\n\n`).join(': still here\n\n'));
      }
      const body = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body);
      return new Response(body, { status: answer.status ?? 200 });
    });
  }
}

/** No pause at all; notes how long each was to be. */
export function noPause(): { wait: (milliseconds: number) => Promise<void>; paused: number[] } {
  const paused: number[] = [];
  return {
    paused,
    wait: async milliseconds => {
      paused.push(milliseconds);
    }
  };
}
