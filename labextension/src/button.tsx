/** The button in a notebook's toolbar; it is not there for notebooks of no exercise. */

import { ReactWidget, ToolbarButtonComponent } from '@jupyterlab/ui-components';
import * as React from 'react';

import { useExercise } from './context';
import type { Exercise } from './exercise';
import { submitIcon } from './icon';
import { shortWords, Speech } from './words';

interface Properties {
  exercise: Exercise;
  speech: Speech;
  submit: () => void;
}

function Button({ exercise, speech, submit }: Properties): JSX.Element | null {
  useExercise(exercise);
  if (!exercise.info) {
    return null;
  }
  return (
    <ToolbarButtonComponent
      icon={submitIcon}
      label={shortWords(speech, exercise)}
      tooltip={
        exercise.info.attempts_left === 0
          ? speech.trans.__('You have used all your attempts')
          : speech.trans.__('Save and submit “%1” for grading', exercise.info.title)
      }
      enabled={exercise.canSubmit}
      onClick={submit}
    />
  );
}

export class SubmitButton extends ReactWidget {
  constructor(private readonly properties: Properties) {
    super();
    this.addClass('oj-toolbar-button');
  }

  protected render(): JSX.Element {
    return <Button {...this.properties} />;
  }
}
