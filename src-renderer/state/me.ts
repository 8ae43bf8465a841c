import { session } from './session.svelte.ts';
import { settings } from './settings.svelte.ts';

/** Who labels on this page: the name chosen here, else the account that runs the workbench. */
export function me(): string {
  return settings.get('annotator') || (session.info?.annotator ?? 'me');
}
