/** Places in a notebook. */

import type { NotebookPanel } from '@jupyterlab/notebook';

/** A place in the notebook: by the cell's id where it is known, else by its index; line and column count from 1. */
export interface Target {
  cellId?: string;
  cell: number | null;
  line?: number | null;
  column?: number;
}

/** The index of the cell that is meant: by its id, else by its index; -1 when it is there no longer. */
export function findCell(ids: string[], target: Target): number {
  const byId = target.cellId ? ids.indexOf(target.cellId) : -1;
  if (byId >= 0) {
    return byId;
  }
  return target.cell !== null && target.cell < ids.length ? target.cell : -1;
}

/** Show the cell in the middle of the notebook, with the cursor in the line that is meant. */
export async function goTo(panel: NotebookPanel, target: Target): Promise<void> {
  const notebook = panel.content;
  const ids = notebook.widgets.map(cell => cell.model.id);
  const index = findCell(ids, target);
  const cell = notebook.widgets[index];
  if (!cell) {
    return;
  }
  notebook.activeCellIndex = index;
  await notebook.scrollToItem(index, 'center');
  await cell.ready;
  notebook.mode = 'edit';
  if (target.line) {
    const line = Math.min(target.line, cell.editor?.lineCount ?? 1) - 1;
    cell.editor?.setCursorPosition({ line, column: (target.column ?? 1) - 1 });
  }
  cell.editor?.focus();
}
