/** The exercises of the notebooks that are open. */

import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';

import type { Api } from './api';
import { Exercise } from './exercise';
import type { Choice, Update } from './updates';

export class Exercises {
  private readonly found = new WeakMap<NotebookPanel, Exercise>();

  constructor(
    private readonly api: Api,
    private readonly tracker: INotebookTracker,
    /** The path on the server of a path in JupyterLab, which may have a drive's name before it. */
    private readonly localPath: (path: string) => string
  ) {}

  /** That of the notebook which is used now. */
  get current(): Exercise | null {
    return this.tracker.currentWidget ? this.of(this.tracker.currentWidget) : null;
  }

  /** That of a notebook; it is asked for once, and again when the notebook gets another name. */
  of(panel: NotebookPanel): Exercise {
    let exercise = this.found.get(panel);
    if (!exercise) {
      const made = new Exercise(this.api, this.localPath(panel.context.path));
      exercise = made;
      this.found.set(panel, made);
      void panel.context.ready.then(() => made.load());
      panel.context.pathChanged.connect((_, path) => {
        made.path = this.localPath(path);
        void made.load();
      });
      panel.disposed.connect(() => made.dispose());
    }
    return exercise;
  }

  /** Save the notebook and submit it. */
  async submit(panel: NotebookPanel): Promise<void> {
    await this.of(panel).submit(() => save(panel));
  }

  /** Settle what the course has changed; the notebook then shows what is on disk. */
  async decide(panel: NotebookPanel, update: Update, choice: Choice): Promise<void> {
    await this.of(panel).decide(
      update,
      choice,
      () => save(panel),
      () => panel.context.revert()
    );
  }
}

async function save(panel: NotebookPanel): Promise<void> {
  if (panel.context.contentsModel?.writable !== false) {
    await panel.context.save();
  }
}
