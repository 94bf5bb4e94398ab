/** Marks beside the cells that a report speaks of. The panel says the same in words, for whoever does not see them. */

import type { Cell } from '@jupyterlab/cells';
import type { NotebookPanel } from '@jupyterlab/notebook';

import { findCell, Target } from './cells';
import type { Report, Submission } from './report';

/** Clocks of service and server may differ so much. */
const CLOCKS_SECONDS = 5;

type Kind = 'error' | 'style';

/** Index of a cell, and why it is marked; errors before style, each cell once. */
export function marksOf(ids: string[], report: Report): Map<number, Kind> {
  const marks = new Map<number, Kind>();
  const mark = (target: Target, kind: Kind): void => {
    const index = findCell(ids, target);
    if (index >= 0 && !marks.has(index)) {
      marks.set(index, kind);
    }
  };
  if (report.failing_cell && report.status !== 'correct') {
    mark({ cellId: report.failing_cell.cell_id, cell: report.failing_cell.cell }, 'error');
  }
  for (const test of report.tests) {
    if (test.outcome !== 'passed' && test.place) {
      mark({ cell: test.place.cell }, 'error');
    }
  }
  for (const finding of report.style?.findings ?? []) {
    mark({ cellId: finding.cell_id, cell: finding.cell }, 'style');
  }
  return marks;
}

/** The marks of one notebook. A cell that is edited loses its own: the report no longer speaks of it. */
export class Marks {
  private marked: Cell[] = [];
  private shown: string | null = null;

  constructor(private readonly panel: NotebookPanel) {}

  /** Show those of a submission, or none; none as well if the notebook was saved again since. */
  show(submission: Submission | null): void {
    const id = submission?.id ?? null;
    if (id === this.shown) {
      return;
    }
    this.shown = id;
    [...this.marked].forEach(cell => this.clear(cell));
    const report = submission?.report;
    if (!report || this.isSavedAfter(submission.created_at)) {
      return;
    }
    const cells = this.panel.content.widgets;
    const ids = cells.map(cell => cell.model.id);
    for (const [index, kind] of marksOf(ids, report)) {
      const cell = cells[index]!;
      cell.addClass(`oj-marked-${kind}`);
      this.marked.push(cell);
      const { sharedModel } = cell.model;
      const changed = (_: unknown, change: { sourceChange?: unknown }): void => {
        if (change.sourceChange) {
          sharedModel.changed.disconnect(changed);
          this.clear(cell);
        }
      };
      sharedModel.changed.connect(changed);
    }
  }

  private isSavedAfter(seconds: number): boolean {
    const saved = Date.parse(this.panel.context.contentsModel?.last_modified ?? '');
    return saved / 1000 > seconds + CLOCKS_SECONDS;
  }

  private clear(cell: Cell): void {
    this.marked = this.marked.filter(each => each !== cell);
    if (!cell.isDisposed) {
      cell.removeClass('oj-marked-error');
      cell.removeClass('oj-marked-style');
    }
  }
}
