/** One notebook and its exercise: what is known of it, and where its submission stands. Knows no widget. */

import { UUID } from '@lumino/coreutils';
import { ISignal, Signal } from '@lumino/signaling';

import { Api, Problem } from './api';
import { follow, pause, Pause } from './follow';
import type { Choice, Update } from './updates';
import { ExerciseInfo, isUnderWay, Progress, Submission, Summary } from './report';

/** What is being done. `idle`: nothing, and a new submission may be made. */
export type Phase = 'idle' | 'saving' | 'sending' | 'resending' | 'grading' | 'reading' | 'deciding';

const RESEND_PAUSES_MS = [1000, 2000, 4000, 8000];
/** How long to look for the LMS to take a score, before it is said that it is on its way. */
const PASSBACK_PAUSES_MS = [300, 700, 1000, 2000, 3000, 3000];

export class Exercise {
  info: ExerciseInfo | null = null;
  /** Is `info` known, be it that there is none? */
  isLoaded = false;
  phase: Phase = 'idle';
  progress: Progress | null = null;
  problem: Problem | null = null;
  /** Was the last click answered with a submission that was under way already? */
  isAgain = false;
  /** One's submissions, newest first. */
  earlier: Summary[] = [];
  /** The submission whose report is shown. */
  shown: Submission | null = null;

  /** What the course has changed and the learner has not got. */
  updates: Update[] = [];
  /** Where the copy is of what was replaced last. */
  kept: string | null = null;

  /** The problem that kept `load` from asking. */
  private unloaded: Problem | null = null;
  /** Is an earlier report read, which must not make room for the latest by itself? */
  private isChosen = false;
  private readonly ended = new AbortController();
  private readonly signal = new Signal<this, void>(this);

  constructor(
    private readonly api: Api,
    public path: string,
    private readonly wait: Pause = pause
  ) {}

  get changed(): ISignal<this, void> {
    return this.signal;
  }

  get isBusy(): boolean {
    return this.phase !== 'idle';
  }

  /** May the learner submit? Not without an exercise, while busy, or with no attempt left. */
  get canSubmit(): boolean {
    return this.info !== null && !this.isBusy && this.info.attempts_left !== 0;
  }

  /** End what is going on here; the submission itself goes on. */
  dispose(): void {
    this.ended.abort();
    Signal.clearData(this);
  }

  /** Ask what the notebook belongs to; a submission that is under way is found again and followed. */
  async load(): Promise<void> {
    try {
      await this.refresh();
    } catch (error) {
      if (!this.isBusy) {
        this.unloaded = asProblem(error);
        this.set({ problem: this.unloaded });
      }
      return;
    }
    // Other problems stay until the learner has done something about them.
    if (this.problem === this.unloaded) {
      this.set({ problem: null });
    }
    if (this.info) {
      const found = await this.api.updates(this.path).catch(() => null);
      this.set({ updates: found?.updates ?? [] });
    }
    const newest = this.earlier[0];
    if (newest && isUnderWay(newest)) {
      await this.exclusively('grading', () => this.grade(newest));
    } else if (newest && newest.id !== this.shown?.id && !this.isChosen) {
      await this.exclusively('reading', () => this.read(newest.id));
    }
  }

  /** Load at the learner's own wish: what stood in the way may be gone. */
  async lookAgain(): Promise<void> {
    if (!this.isBusy) {
      this.set({ problem: null });
      await this.load();
    }
  }

  /** Save the notebook, submit it, and follow it to its report. Does nothing while busy. */
  async submit(save: () => Promise<void>): Promise<void> {
    if (!this.canSubmit) {
      return;
    }
    await this.exclusively('saving', async () => {
      this.set({ isAgain: false });
      try {
        await save();
      } catch {
        throw new Problem('not-saved');
      }
      const sent = await this.send();
      if (sent) {
        await this.grade(sent);
      }
    });
  }

  /** Show the report of an earlier submission. */
  async show(id: string): Promise<void> {
    this.isChosen = id !== this.earlier[0]?.id;
    await this.exclusively('reading', () => this.read(id));
  }

  /** Settle what the course has changed; `save` before, so that nothing unsaved is replaced, and `reload` after. */
  async decide(update: Update, choice: Choice, save: () => Promise<void>, reload: () => Promise<void>): Promise<void> {
    await this.exclusively('deciding', async () => {
      try {
        await save();
      } catch {
        throw new Problem('not-saved');
      }
      const { kept, updates } = await this.api.decide(this.path, update, choice);
      this.set({ kept, updates });
      if (choice === 'theirs') {
        await reload();
      }
    });
  }

  /** Have an earlier version opened; what goes wrong is told as any other problem. */
  async openVersion(open: (path: string) => Promise<void>): Promise<void> {
    await this.exclusively('reading', () => open(this.path));
  }

  private async send(): Promise<Summary | null> {
    const key = UUID.uuid4();
    this.set({ phase: 'sending' });
    for (const milliseconds of [...RESEND_PAUSES_MS, null]) {
      try {
        const sent = await this.api.submit(this.path, key);
        this.set({ isAgain: sent.again });
        return sent;
      } catch (error) {
        if (error instanceof Problem && error.code === 'unclear') {
          return this.found(error);
        }
        if (!(error instanceof Problem) || error.code !== 'offline' || milliseconds === null) {
          throw error;
        }
        this.set({ phase: 'resending' });
        await this.wait(milliseconds, this.ended.signal);
        if (this.ended.signal.aborted) {
          return null;
        }
      }
    }
    return null;
  }

  /** The submission that may have arrived although its answer was lost. */
  private async found(problem: Problem): Promise<Summary> {
    const before = this.earlier[0]?.id;
    await this.refresh();
    const newest = this.earlier[0];
    if (!newest || newest.id === before) {
      throw problem;
    }
    return newest;
  }

  private async grade(summary: Summary & { position?: number }): Promise<void> {
    this.isChosen = false;
    this.set({ phase: 'grading', progress: { state: summary.state, position: summary.position } });
    const step = (progress: Progress): void => this.set({ progress });
    if (!(await follow(this.api, summary.id, step, this.ended.signal, this.wait))) {
      return;
    }
    await this.refresh();
    await this.read(summary.id);
  }

  private async read(id: string): Promise<void> {
    this.set({ phase: 'reading', progress: null });
    this.set({ shown: await this.api.submission(id) });
    void this.watchPassbacks(id);
  }

  /** The report is there already; only the word of the LMS is waited for. */
  private async watchPassbacks(id: string): Promise<void> {
    for (const milliseconds of PASSBACK_PAUSES_MS) {
      if (!this.shown?.passbacks.some(each => each.state === 'pending' && !each.last_error)) {
        return;
      }
      await this.wait(milliseconds, this.ended.signal);
      const submission = await this.api.submission(id).catch(() => null);
      if (!submission || this.shown?.id !== id || this.ended.signal.aborted) {
        return;
      }
      this.set({ shown: submission });
    }
  }

  private async refresh(): Promise<void> {
    const { exercise, submissions } = await this.api.exercise(this.path);
    this.set({ info: exercise, earlier: submissions, isLoaded: true });
  }

  /** Do one thing at a time; what goes wrong becomes the problem that is shown. */
  private async exclusively(phase: Phase, work: () => Promise<void>): Promise<void> {
    if (this.isBusy) {
      return;
    }
    this.set({ phase, problem: null, progress: null });
    let problem: Problem | null = null;
    try {
      await work();
    } catch (error) {
      problem = asProblem(error);
    }
    if (!this.ended.signal.aborted) {
      this.set({ phase: 'idle', progress: null, problem });
    }
  }

  private set(changes: Partial<Exercise>): void {
    Object.assign(this, changes);
    this.signal.emit();
  }
}

const asProblem = (error: unknown): Problem => (error instanceof Problem ? error : new Problem('fault', String(error)));
