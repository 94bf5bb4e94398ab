/** What the course has changed and this learner has not got, since both had changed the same. */

/** One matter, as our server half tells it. */
export interface Update {
  /** The file, in the course's folder. */
  file: string;
  /** The cell; "" for a file as a whole. */
  key: string;
  kind: 'changed' | 'new' | 'removed';
  mine: string | null;
  theirs: string | null;
  /** Of the course's version: a decision is for this one alone. */
  digest: string;
  cell_type: string;
  /** The learner's cell, counted from 1. */
  number: number | null;
}

export type Choice = 'mine' | 'theirs';

export interface Decided {
  /** Where the copy of the learner's file is, in the home folder. */
  kept: string | null;
  /** What is left to decide. */
  updates: Update[];
}
