import { LabIcon } from '@jupyterlab/ui-components';

/** A sheet with a tick. */
export const submitIcon = new LabIcon({
  name: 'openjupyter:submit',
  svgstr:
    '<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 24 24"><path class="jp-icon3" fill="#616161" ' +
    'd="M6 2h9l5 5v13a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2V4c0-1.1.9-2 2-2zm0 2v16h12V8h-4V4H6zm4.6 13.2-3.4-3.4 1.4-1.4 2 2 ' +
    '4.4-4.4 1.4 1.4-5.8 5.8z"/></svg>'
});
