/** Notebooks as they were submitted, as files of their own beside the present one. */

import type { Contents } from '@jupyterlab/services';

import type { Api } from './api';
import type { Summary } from './report';

const two = (value: number): string => String(value).padStart(2, '0');

/** "a/means.ipynb" of a moment → "a/means 2026-11-25 22.01.07.ipynb": sorted by time, and no colon, which Windows refuses. */
export function versionPath(path: string, seconds: number): string {
  const at = new Date(seconds * 1000);
  const day = [at.getFullYear(), two(at.getMonth() + 1), two(at.getDate())].join('-');
  const time = [two(at.getHours()), two(at.getMinutes()), two(at.getSeconds())].join('.');
  return path.replace(/(\.ipynb)?$/, ` ${day} ${time}.ipynb`);
}

/** The path of the file with a submission's notebook, made unless it is there; what a learner has changed in it stays. */
export async function fetchVersion(
  api: Api,
  contents: Pick<Contents.IManager, 'get' | 'save'>,
  path: string,
  submission: Summary
): Promise<string> {
  const wanted = versionPath(path, submission.created_at);
  const isThere = await contents.get(wanted, { content: false }).then(
    () => true,
    () => false
  );
  if (!isThere) {
    const { notebook } = await api.notebook(submission.id);
    await contents.save(wanted, { type: 'notebook', format: 'json', content: notebook });
  }
  return wanted;
}
