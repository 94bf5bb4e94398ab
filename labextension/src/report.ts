/** What the grading service tells, by openjupyter_service/report.schema.json; a test compares the two. Times are Unix seconds. */

export type Status =
  | 'correct'
  | 'wrong'
  | 'runtime error'
  | 'syntax error'
  | 'time limit'
  | 'memory limit'
  | 'output limit'
  | 'internal error';

export type Outcome = 'passed' | 'partial' | 'failed' | 'error' | 'time limit' | 'memory limit' | 'crashed' | 'not run';

export interface TableCell {
  got: string;
  expected: string;
  same: boolean;
}

export interface Table {
  columns: string[];
  rows: { label: string; cells: TableCell[] }[];
  more: number;
}

export interface Details {
  called: string | null;
  returned: string | null;
  raised: string | null;
  printed: string | null;
  changed: string | null;
  expected: string | null;
  compared: string | null;
  table: Table | null;
}

/** `cell` counts all cells from 0, `number` code cells from 1, `line` from 1. */
export interface Place {
  cell: number | null;
  number: number | null;
  file: string | null;
  line: number;
}

export interface TestResult {
  id: string;
  title: string;
  outcome: Outcome;
  points: number;
  max_points: number;
  message: string;
  hint: string;
  seconds: number;
  place: Place | null;
  details: Details | null;
}

export interface FailingCell {
  cell: number;
  number: number;
  cell_id: string;
  line: number | null;
  error: string;
  message: string;
}

export interface Finding {
  cell: number;
  number: number;
  cell_id: string;
  line: number;
  column: number;
  code: string;
  message: string;
}

export interface Style {
  score: number;
  weight: number;
  findings: Finding[];
  more: number;
}

export interface Usage {
  notebook_seconds: number;
  tests_seconds: number;
  cpu_seconds: number | null;
  peak_memory_bytes: number | null;
}

/** `score` is 0..1, and null when there is no verdict. */
export interface Report {
  status: Status;
  score: number | null;
  points: number;
  max_points: number;
  tests: TestResult[];
  failing_cell: FailingCell | null;
  style: Style | null;
  usage: Usage;
  seed: number | null;
  tests_left_out: number;
}

export interface Policy {
  counts: 'best' | 'latest';
  deadline: number | null;
  late_factor: number;
  attempts: number | null;
  attempts_left: number | null;
}

/** Limits of one grading: seconds of the notebook, and memory such as "512M". */
export interface Limits {
  notebook_seconds: number;
  memory: string;
}

export interface ExerciseInfo extends Policy {
  course: string;
  name: string;
  title: string;
  notebook: string;
  files: string[];
  limits: Limits;
  points: number | null;
}

export type State = 'queued' | 'running' | 'done' | 'failed';

/** `credit` is what the score counts for after the exercise's policy; null when it does not count. */
export interface Summary {
  id: string;
  state: State;
  score: number | null;
  credit: number | null;
  created_at: number;
  finished_at: number | null;
}

export interface Passback {
  platform: string;
  context_title: string;
  state: 'pending' | 'sent' | 'failed' | 'dropped';
  score: number;
  sent_at: number | null;
  next_attempt_at: number | null;
  last_error: string | null;
}

export interface Submission extends Summary {
  report: Report | null;
  policy: Policy | null;
  passbacks: Passback[];
}

/** One step of a grading. `reconnecting`: the service restarts; `offline`: this browser has lost its server. */
export interface Progress {
  state: State | 'reconnecting' | 'unreachable' | 'offline';
  position?: number;
  step?: 'start' | 'cell' | 'test';
  done?: number;
  total?: number;
}

export const isUnderWay = (submission: Summary): boolean =>
  submission.state === 'queued' || submission.state === 'running';
