/** Every sentence about a submission that does not depend on a widget, in the reader's language. */

import type { TranslationBundle } from '@jupyterlab/translation';

import type { Problem } from './api';
import type { Exercise } from './exercise';
import type { ExerciseInfo, FailingCell, Passback, Report, Status, Style, Submission, Usage } from './report';

export type Trans = TranslationBundle;

/** Texts, and how this reader writes numbers and times. */
export interface Speech {
  trans: Trans;
  /** A BCP 47 tag such as "de-DE". */
  language: string;
}

const MINUTE = 60;
/** From so many seconds before a deadline on it is warned of. */
export const WARNING_SECONDS = 10 * MINUTE;

export const number = ({ language }: Speech, value: number): string =>
  value.toLocaleString(language, { maximumFractionDigits: 2 });

export const percent = ({ language }: Speech, value: number): string =>
  value.toLocaleString(language, { style: 'percent', maximumFractionDigits: 0 });

/** A moment in the reader's own time zone. */
export const moment = ({ language }: Speech, seconds: number): string =>
  new Date(seconds * 1000).toLocaleString(language, { dateStyle: 'medium', timeStyle: 'short' });

const clock = ({ language }: Speech, seconds: number): string =>
  new Date(seconds * 1000).toLocaleTimeString(language, { timeStyle: 'medium' });

/** What is going on, for the live region; "" when nothing is. */
export function progressWords({ trans }: Speech, exercise: Exercise): string {
  const { phase, progress } = exercise;
  switch (phase) {
    case 'idle':
      return '';
    case 'saving':
      return trans.__('Saving the notebook …');
    case 'sending':
      return trans.__('Submitting …');
    case 'resending':
      return trans.__('The connection was lost. Submitting once more; nothing is submitted twice …');
    case 'reading':
      return trans.__('Reading the report …');
    case 'deciding':
      return trans.__('Changing the notebook …');
  }
  switch (progress?.state) {
    case 'queued':
      return trans.__('Submitted. In the queue: place %1 …', progress.position ?? 1);
    case 'reconnecting':
      return trans.__('The grading service is restarting. Your submission is stored; waiting for its report …');
    case 'offline':
      return trans.__('The connection is lost. Your submission is stored; waiting for the connection …');
    case 'running':
      if (progress.step === 'cell') {
        return trans.__('Running your notebook: cell %1 of %2 …', progress.done ?? 0, progress.total ?? 0);
      }
      if (progress.step === 'test') {
        return trans.__('Running the hidden tests: test %1 of %2 …', progress.done ?? 0, progress.total ?? 0);
      }
      return trans.__('Starting a sandbox for your notebook …');
  }
  return trans.__('Submitted …');
}

/** The same for a button, in two or three words. */
export function shortWords({ trans }: Speech, exercise: Exercise): string {
  const { phase, progress } = exercise;
  if (phase === 'idle' || phase === 'reading' || phase === 'deciding') {
    return trans.__('Submit');
  }
  if (phase === 'grading' && progress?.state === 'queued') {
    return trans.__('Place %1', progress.position ?? 1);
  }
  if (phase === 'grading' && progress?.step === 'cell') {
    return trans.__('Cell %1 of %2', progress.done ?? 0, progress.total ?? 0);
  }
  if (phase === 'grading' && progress?.step === 'test') {
    return trans.__('Test %1 of %2', progress.done ?? 0, progress.total ?? 0);
  }
  return trans.__('Submitting');
}

/** What stands in the way, and the way on. */
export function problemWords({ trans }: Speech, problem: Problem): string {
  switch (problem.code) {
    case 'not-saved':
      return trans.__(
        'The notebook could not be saved, so nothing was submitted. Save it with Ctrl+S, answer what JupyterLab asks, and submit again.'
      );
    case 'offline':
      return trans.__(
        'Your JupyterLab cannot be reached. Check your connection, and try again; what you have saved is safe.'
      );
    case 'lost':
      return trans.__(
        'The connection has been lost for long. Your submission is stored and is graded all the same; try again to see its report.'
      );
    case 'not-answering':
      return trans.__(
        'The grading service does not answer. Your submission is stored and will be graded; the score goes to your course page by itself.'
      );
    case 'server-stopped':
      return trans.__(
        'Your JupyterLab has been stopped, as happens when it is not used for long. Open the exercise from your course page again; what you have saved is there.'
      );
    case 'signed-out':
    case 'forbidden':
      return trans.__('You are not signed in any more. Open the exercise from your course page again.');
    case 'unreachable':
      return trans.__(
        'The grading service cannot be reached just now, so nothing was submitted. Wait a minute, and try again.'
      );
    case 'unclear':
      return trans.__(
        'The connection was lost while your notebook was sent, and it did not arrive. Please submit again.'
      );
    case 'no-exercise':
      return trans.__(
        'This notebook belongs to no exercise, so nothing was submitted. Open the exercise from its link on your course page, and submit there.'
      );
    case 'too-large':
      return trans.__(
        'The notebook or a file is too large: without its outputs, a notebook may have 10 MB, and so may all files together. Remove large data, and submit again.'
      );
    case 'outputs-too-large':
      return trans.__(
        'The outputs in the notebook are too large. Choose Edit, Clear Outputs of All Cells, and submit again.'
      );
    case 'unreadable':
      return trans.__(
        'The notebook or a file of this exercise cannot be read. Save the notebook, and submit again.'
      );
    case 'not-found':
      return trans.__('This submission or exercise is not there any more. Reload the page.');
    case 'refused':
      return trans.__('The grading service did not take it: %1', problem.message);
    case 'no-notebook':
      return trans.__(
        'The file on disk is not a notebook any more, so nothing was submitted. Save it once more; if that does not help, delete it and open the exercise from your course page.'
      );
    case 'attempts-used-up':
      return trans.__('You have no attempts left for this exercise. The score you have stays.');
    case 'settled':
      return trans.__('This was decided already, or the course has changed again. Look again.');
    case 'not-kept':
      return trans.__('There is no room for a copy of your file, so nothing was changed. Delete something, and try again.');
    case 'service-fault':
      return trans.__('The grading service has a fault. Your work is saved; please tell your course team.');
  }
  return trans.__('Something went wrong. Reload the page, and try again; your work is saved.');
}

export function statusWords({ trans }: Speech, status: Status): string {
  switch (status) {
    case 'correct':
      return trans.__('All tests passed');
    case 'wrong':
      return trans.__('Some tests did not pass');
    case 'runtime error':
      return trans.__('A cell of your notebook ended with an error');
    case 'syntax error':
      return trans.__('A cell of your notebook has a syntax error');
    case 'time limit':
      return trans.__('Your code took too long');
    case 'memory limit':
      return trans.__('Your code used too much memory');
    case 'output limit':
      return trans.__('Your notebook printed too much');
    case 'internal error':
      return trans.__('Grading failed, and not through your fault');
  }
}

export function pointsWords(speech: Speech, points: number, maximum: number): string {
  return speech.trans.__('%1 of %2 points', number(speech, points), number(speech, maximum));
}

export function cellWords({ trans }: Speech, cell: FailingCell, status: Status): string {
  const place = cell.line
    ? trans.__('Code cell %1, line %2', cell.number, cell.line)
    : trans.__('Code cell %1', cell.number);
  const harm = status === 'correct' ? ` ${trans.__('(this costs no points)')}` : '';
  return `${place}: ${cell.error}${cell.message ? `: ${cell.message}` : ''}${harm}`;
}

export function styleWords(speech: Speech, style: Style): string {
  const { trans } = speech;
  const count = style.findings.length + style.more;
  const found = count ? trans._n('%1 finding', '%1 findings', count) : trans.__('nothing to improve');
  return style.weight
    ? trans.__('%1, %2. Style counts for %3 of the score.', percent(speech, style.score), found, percent(speech, style.weight))
    : trans.__('%1. Style does not count for the score.', found);
}

export function usageWords(speech: Speech, usage: Usage, info: ExerciseInfo | null): string {
  const { trans } = speech;
  const seconds = usage.notebook_seconds.toLocaleString(speech.language, { maximumFractionDigits: 1 });
  const words = [
    info
      ? trans.__('%1 s of %2 s for your notebook', seconds, info.limits.notebook_seconds)
      : trans.__('%1 s for your notebook', seconds)
  ];
  if (usage.peak_memory_bytes) {
    const megabytes = Math.round(usage.peak_memory_bytes / 2 ** 20);
    words.push(
      info
        ? trans.__('%1 MB of %2 of memory', megabytes, info.limits.memory.replace(/(\d)([MG])$/, '$1 $2B'))
        : trans.__('%1 MB of memory', megabytes)
    );
  }
  return trans.__('Used: %1.', words.join(', '));
}

/** What else there is to know of a report. */
export function noteWords(speech: Speech, report: Report, info: ExerciseInfo | null): string[] {
  const { trans } = speech;
  const notes: string[] = [];
  if (report.tests_left_out) {
    notes.push(trans.__('%1 more tests are not listed here, for want of room; their points count.', report.tests_left_out));
  }
  if (report.seed !== null) {
    notes.push(trans.__('Some tests drew their inputs at random, with the seed %1.', report.seed));
  }
  if (report.score !== null && report.usage.notebook_seconds) {
    notes.push(usageWords(speech, report.usage, info));
  }
  return notes;
}

/** What of a score counts, and what happens with it. */
export function scoreWords(speech: Speech, submission: Submission): string[] {
  const { trans } = speech;
  const { report, policy, credit, passbacks } = submission;
  if (!report || report.score === null) {
    return [trans.__('No score was sent. Please submit again; if it happens once more, tell your course team.')];
  }
  const words: string[] = [];
  if (policy?.deadline && submission.created_at > policy.deadline) {
    words.push(
      credit === null
        ? trans.__('This was handed in after the deadline, so it does not count; you see how good it is.')
        : trans.__('This was handed in after the deadline: it counts %1.', percent(speech, credit))
    );
  }
  if (!passbacks.length) {
    words.push(
      trans.__(
        'No LMS waits for this score. Open this exercise from your course page: your best score is then sent there by itself.'
      )
    );
  }
  const isLatest = policy?.counts === 'latest';
  return [...words, ...passbacks.map(passback => passbackWords(speech, passback, isLatest))];
}

function passbackWords(speech: Speech, passback: Passback, isLatest: boolean): string {
  const { trans } = speech;
  const name = passback.context_title || passback.platform;
  const score = percent(speech, passback.score);
  if (passback.state === 'sent' && passback.sent_at) {
    const at = clock(speech, passback.sent_at);
    return isLatest
      ? trans.__('Sent to %1 at %2: %3 (the score of your latest submission).', name, at, score)
      : trans.__('Sent to %1 at %2: %3 (your best score so far).', name, at, score);
  }
  if (passback.state === 'failed') {
    return trans.__('%1 does not take the score (%2). It is stored here; tell your course team.', name, score);
  }
  if (passback.state === 'dropped') {
    return trans.__('Your course team has decided not to send this score (%1) to %2.', score, name);
  }
  if (passback.last_error && passback.next_attempt_at) {
    return trans.__(
      '%1 did not take your score (%2) yet. It is sent again at %3, and then until it arrives. You need not wait.',
      name,
      score,
      clock(speech, passback.next_attempt_at)
    );
  }
  return trans.__(
    'Your score (%1) is on its way to %2; it is sent again until it arrives. You need not wait.',
    score,
    name
  );
}

/** How long there is still time, and whether that is a reason to warn; `now` in Unix seconds. */
export function deadlineWords(speech: Speech, info: ExerciseInfo, now: number): { words: string; isUrgent: boolean } | null {
  const { trans } = speech;
  if (info.deadline === null) {
    return null;
  }
  const at = moment(speech, info.deadline);
  const left = info.deadline - now;
  if (left > WARNING_SECONDS) {
    return { words: at, isUrgent: false };
  }
  if (left > 0) {
    const minutes = Math.ceil(left / MINUTE);
    return { words: `${at}. ${trans._n('%1 minute left!', '%1 minutes left!', minutes)}`, isUrgent: true };
  }
  return {
    words: info.late_factor
      ? trans.__('%1 has passed. What you submit now counts %2.', at, percent(speech, info.late_factor))
      : trans.__('%1 has passed. What you submit now does not count; you see how good it is.', at),
    isUrgent: true
  };
}
