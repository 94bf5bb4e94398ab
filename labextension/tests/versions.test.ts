import { expect, it } from 'vitest';

import { fetchVersion, versionPath } from '../src/versions';
import { Played, submission } from './played';

const WANTED = versionPath('a/means.ipynb', 1_700_000_000);

it('a version has a name of its own, by its time', () => {
  expect(WANTED).toMatch(/^a\/means 2023-11-1\d \d\d\.\d\d\.20\.ipynb$/);
  expect(versionPath('means', 0)).toMatch(/^means 19\d\d-\d\d-\d\d .*\.ipynb$/);
});

it('a version is fetched once, and never written over', async () => {
  const played = new Played().answer('GET submissions/s1/notebook', { body: { path: 'x', notebook: { cells: [] } } });
  const files = new Map<string, unknown>();
  const contents = {
    get: async (path: string) => (files.has(path) ? ({} as never) : Promise.reject(new Error('404'))),
    save: async (path: string, options?: { content?: unknown }) => {
      files.set(path, options?.content);
      return {} as never;
    }
  };
  for (let i = 0; i < 2; i++) {
    expect(await fetchVersion(played.api, contents, 'a/means.ipynb', submission('s1'))).toBe(WANTED);
  }
  expect([...files]).toEqual([[WANTED, { cells: [] }]]);
  expect(played.asked('GET submissions/s1/notebook')).toHaveLength(1);
});
