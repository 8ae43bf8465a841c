import { settings } from './settings.svelte.ts';

export function toggleTheme(): void {
  settings.set('theme', settings.get('theme') === 'dark' ? 'light' : 'dark');
}
