/** The panel at the side as a widget of JupyterLab. */

import { ReactWidget } from '@jupyterlab/ui-components';
import * as React from 'react';

import { Actions, SurroundingsContext } from './context';
import type { Exercise } from './exercise';
import { PanelView } from './panelview';
import type { Speech } from './words';

export class Panel extends ReactWidget {
  private exercise: Exercise | null = null;

  constructor(
    private readonly speech: Speech,
    private readonly actions: Actions
  ) {
    super();
    this.id = 'openjupyter-panel';
    this.addClass('oj-panel');
    this.title.caption = speech.trans.__('Exercise: submit and read the report');
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', speech.trans.__('Exercise'));
  }

  /** Show this exercise from now on. */
  present(exercise: Exercise | null): void {
    if (exercise !== this.exercise) {
      this.exercise = exercise;
      this.update();
    }
  }

  protected render(): JSX.Element {
    return (
      <SurroundingsContext.Provider value={{ speech: this.speech, actions: this.actions }}>
        <PanelView exercise={this.exercise} />
      </SurroundingsContext.Provider>
    );
  }
}
