/** What the main process, the preload script and the window agree on. */

export const SCHEME = 'app';
export const HOST = 'workbench';
/** Origin of the one page there is; compared exactly. */
export const ORIGIN = `${SCHEME}://${HOST}`;
export const PAGE = `${ORIGIN}/index.html`;

export const CALL_CHANNEL = 'workbench:call';
export const EVENT_CHANNEL = 'workbench:event';

/** Name of the bridge in the page's window. */
export const BRIDGE = 'posterVar';
