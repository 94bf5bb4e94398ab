/** The plugin: an exercise is submitted, and its report read, without leaving JupyterLab. */

import { ILabShell, ILayoutRestorer, JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, IToolbarWidgetRegistry } from '@jupyterlab/apputils';
import { URLExt } from '@jupyterlab/coreutils';
import { INotebookTracker, NotebookActions, NotebookPanel } from '@jupyterlab/notebook';
import { ServerConnection } from '@jupyterlab/services';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { Api } from './api';
import { SubmitButton } from './button';
import { goTo } from './cells';
import { Exercises } from './exercises';
import { submitIcon } from './icon';
import { Marks } from './marks';
import { Panel } from './panel';
import { fetchVersion } from './versions';
import type { Speech } from './words';

const PLUGIN = 'openjupyter:plugin';
const SUBMIT = 'openjupyter:submit';
const SHOW = 'openjupyter:show-panel';

const plugin: JupyterFrontEndPlugin<void> = {
  id: PLUGIN,
  description: 'Submits exercises for grading and shows their reports.',
  autoStart: true,
  requires: [INotebookTracker],
  optional: [ILabShell, ILayoutRestorer, ICommandPalette, IToolbarWidgetRegistry, ISettingRegistry, ITranslator],
  activate
};

function activate(
  app: JupyterFrontEnd,
  tracker: INotebookTracker,
  shell: ILabShell | null,
  restorer: ILayoutRestorer | null,
  palette: ICommandPalette | null,
  toolbars: IToolbarWidgetRegistry | null,
  registry: ISettingRegistry | null,
  translator: ITranslator | null
): void {
  const { commands, serviceManager } = app;
  const used = translator ?? nullTranslator;
  const trans = used.load('openjupyter');
  const speech: Speech = { trans, language: languageOf(used.languageCode) };
  const { serverSettings, contents } = serviceManager;
  const api = new Api(caller(serverSettings));
  const exercises = new Exercises(api, tracker, path => contents.localPath(path));
  let opensPanel = true;

  const submit = async (notebook: NotebookPanel): Promise<void> => {
    if (opensPanel) {
      show();
    }
    await exercises.submit(notebook);
  };
  const submitCurrent = async (): Promise<void> => {
    if (tracker.currentWidget) {
      await submit(tracker.currentWidget);
    }
  };
  const panel = new Panel(speech, {
    submit: () => void submitCurrent(),
    decide: (update, choice) => {
      if (tracker.currentWidget) {
        void exercises.decide(tracker.currentWidget, update, choice);
      }
    },
    goTo: target => {
      const notebook = tracker.currentWidget;
      if (notebook) {
        app.shell.activateById(notebook.id);
        void goTo(notebook, target);
      }
    },
    openVersion: submission => {
      const notebook = tracker.currentWidget;
      if (notebook) {
        void exercises.of(notebook).openVersion(async path => {
          const version = await fetchVersion(api, contents, path, submission);
          await commands.execute('docmanager:open', { path: version, factory: 'Notebook' });
        });
      }
    }
  });
  panel.title.icon = submitIcon;
  app.shell.add(panel, 'right', { rank: 90, type: 'Exercise' });
  restorer?.add(panel, panel.id);
  const show = (): void => app.shell.activateById(panel.id);

  commands.addCommand(SUBMIT, {
    label: trans.__('Submit for Grading'),
    caption: trans.__('Save the notebook and submit it for grading'),
    icon: submitIcon,
    isEnabled: () => exercises.current?.canSubmit ?? false,
    isVisible: () => Boolean(exercises.current?.info),
    describedBy: { args: { type: 'object', properties: {} } },
    execute: submitCurrent
  });
  commands.addCommand(SHOW, {
    label: trans.__('Show the Exercise and Its Report'),
    describedBy: { args: { type: 'object', properties: {} } },
    execute: show
  });
  for (const command of [SUBMIT, SHOW]) {
    palette?.addItem({ command, category: trans.__('Exercise') });
  }
  toolbars?.addFactory<NotebookPanel>(
    'Notebook',
    'openjupyter-submit',
    notebook => new SubmitButton({ exercise: exercises.of(notebook), speech, submit: () => void submit(notebook) })
  );

  const changed = (): void => {
    panel.present(exercises.current);
    commands.notifyCommandChanged(SUBMIT);
  };
  tracker.widgetAdded.connect((_, notebook) => {
    const marks = new Marks(notebook);
    exercises.of(notebook).changed.connect(({ shown, earlier }) => {
      commands.notifyCommandChanged(SUBMIT);
      // The cells are those of the latest version, if of any.
      marks.show(shown && shown.id === earlier[0]?.id ? shown : null);
    });
  });
  tracker.currentChanged.connect(changed);
  // The grading cell submits on a way of its own.
  NotebookActions.executed.connect((_, { notebook, cell }) => {
    const owner = tracker.find(each => each.content === notebook);
    if (owner && /\bgrade\(/.test(cell.model.sharedModel.getSource())) {
      void exercises.of(owner).load();
    }
  });
  // Whoever comes back from another tab may have submitted, or run out of time, in the meantime.
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible' && panel.isVisible && exercises.current?.info) {
      void exercises.current.load();
    }
  });
  void registry?.load(PLUGIN).then(settings => {
    const read = (): void => {
      opensPanel = settings.get('openPanel').composite !== false;
    };
    read();
    settings.changed.connect(read);
  });
  void shell?.restored.then(changed);
}

/** JupyterLab's "de_DE" as browsers have it; English for what is none. */
function languageOf(code: string): string {
  try {
    return Intl.getCanonicalLocales(code.replace('_', '-'))[0] ?? 'en';
  } catch {
    return 'en';
  }
}

function caller(settings: ServerConnection.ISettings) {
  return (path: string, init: RequestInit = {}): Promise<Response> =>
    ServerConnection.makeRequest(URLExt.join(settings.baseUrl, 'openjupyter', 'api', path), init, settings);
}

export default plugin;
