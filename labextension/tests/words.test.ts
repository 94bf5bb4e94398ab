import { readdirSync, readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import german from '../openjupyter/locale/de_DE/LC_MESSAGES/openjupyter.json';
import { Problem } from '../src/api';
import { deadlineWords, problemWords, scoreWords } from '../src/words';
import { english, info, sent, submission } from './played';

const NOW = 1_800_000_000;
const TEXT = String.raw`\s*'((?:[^'\\]|\\.)*)'`;

/** Every text in the sources that a reader may see: the singular, and the plural or undefined. */
function texts(): [string, string | undefined][] {
  const sources = readdirSync('src').map(name => readFileSync(`src/${name}`, 'utf8'));
  return sources.flatMap(source => [
    ...[...source.matchAll(new RegExp(`\\.__\\(${TEXT}`, 'g'))].map(match => [match[1]!, undefined] as [string, undefined]),
    ...[...source.matchAll(new RegExp(`\\._n\\(${TEXT},${TEXT}`, 'g'))].map(match => [match[1]!, match[2]] as [string, string])
  ]);
}

const places = (text: string): string[] => (text.match(/%\d/g) ?? []).sort();

describe('German', () => {
  const dictionary = german as unknown as Record<string, string[]>;

  it('has every text, with the same places to fill, and none besides', () => {
    const found = texts();
    expect(found.length).toBeGreaterThan(100);
    for (const [singular, plural] of found) {
      expect(dictionary[singular], singular).toHaveLength(plural === undefined ? 1 : 2);
      for (const translated of dictionary[singular]!) {
        expect(places(translated), singular).toEqual(places(singular));
      }
    }
    const known = new Set(found.map(([singular]) => singular));
    expect(Object.keys(dictionary).filter(key => key !== '' && !known.has(key))).toEqual([]);
  });

  it('is not looked past: every call of the translator has its text at hand', () => {
    const sources = readdirSync('src').map(name => readFileSync(`src/${name}`, 'utf8')).join('\n');
    const calls = sources.match(/trans\.(__|_n)\(/g) ?? [];
    expect(texts()).toHaveLength(calls.length);
  });
});

describe('a deadline', () => {
  const at = (left: number, changes = {}) => deadlineWords(english, { ...info, deadline: NOW + left, ...changes }, NOW);

  it('is told, warned of from ten minutes before, and told when it has passed', () => {
    expect(deadlineWords(english, info, NOW)).toBeNull();
    expect(at(601)).toMatchObject({ isUrgent: false });
    expect(at(600)).toMatchObject({ isUrgent: true, words: expect.stringContaining('10 minutes left!') });
    expect(at(30)?.words).toContain('1 minute left!');
    expect(at(0)?.words).toContain('does not count');
    expect(at(-5, { late_factor: 0.5 })?.words).toContain('counts 50%');
  });
});

describe('a problem', () => {
  it('is told in words, be it one that nobody has thought of', () => {
    const codes = ['not-saved', 'offline', 'lost', 'not-answering', 'server-stopped', 'signed-out', 'unreachable', 'unclear'];
    const words = [...codes, 'too-large', 'outputs-too-large', 'no-notebook', 'attempts-used-up', 'new'].map(code =>
      problemWords(english, new Problem(code, 'said in English'))
    );
    expect(new Set(words).size).toBe(words.length);
    expect(words.at(-1)).toContain('Something went wrong');
    expect(problemWords(english, new Problem('refused', 'No.'))).toContain('No.');
  });
});

describe('a score', () => {
  const words = (changes: object) => scoreWords(english, submission('s1', 'done', changes)).join('\n');

  it('says where it has gone, or what happens next', () => {
    expect(words({})).toMatch(/Sent to Data Science at .*: 50% \(your best score so far\)/);
    expect(words({ passbacks: [] })).toContain('No LMS waits for this score');
    expect(words({ passbacks: [{ ...sent, state: 'pending' }] })).toContain('is on its way to Data Science');
    expect(words({ passbacks: [{ ...sent, state: 'failed' }] })).toContain('does not take the score');
    expect(words({ passbacks: [{ ...sent, state: 'dropped' }] })).toContain('has decided not to send');
    const late = { ...sent, state: 'pending', last_error: 'x', next_attempt_at: NOW };
    expect(words({ passbacks: [late] })).toContain('It is sent again at');
    expect(words({ report: null })).toContain('No score was sent');
  });

  it('that came late says what it counts', () => {
    const policy = { counts: 'best', deadline: 1, late_factor: 0.5, attempts: null, attempts_left: null };
    expect(words({ policy, credit: 0.25 })).toContain('it counts 25%');
    expect(words({ policy, credit: null })).toContain('does not count');
  });
});
