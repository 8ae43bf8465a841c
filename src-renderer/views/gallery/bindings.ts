import type { Binding } from '../../state/keymap.ts';
import { router } from '../../state/router.svelte.ts';
import { settings } from '../../state/settings.svelte.ts';
import { camKeys, classKeys, undoKeys } from '../inspector/image-keys.ts';
import { inspected } from '../inspector/inspected.svelte.ts';
import { clearLabel, label, toggleExcluded, toggleFlag } from './actions.ts';
import { gallery } from './gallery.svelte.ts';
import type { Move } from './geometry.ts';
import { grid } from './grid.svelte.ts';

/** Closes the large view, then the selection: one layer at a time. */
function escape(): void {
  if (router.param('open') === '1') router.set({ open: null });
  else gallery.selectNone();
}

function move(id: string, keys: string, title: string, to: Move): Binding {
  return {
    id: `focus.${id}`,
    keys,
    scope: 'grid',
    title,
    group: 'Focus',
    repeat: true,
    run: () => gallery.focusAt(grid.moved(to)),
  };
}

function extend(id: string, keys: string, title: string, to: Move): Binding {
  return {
    id: `select.${id}`,
    keys,
    scope: 'grid',
    title,
    group: 'Select',
    repeat: true,
    run: () => void gallery.extendTo(grid.moved(to)),
  };
}

/** Keys of the gallery and its inspector. */
export function bindings(): Binding[] {
  const images = { scope: 'images', group: 'Label' } as const;
  const large = { scope: 'large', group: 'Large view', repeat: true } as const;
  return [
    ...classKeys('images', label),
    { id: 'label.clear', keys: 'U', title: 'Clear label', ...images, run: clearLabel },
    { id: 'exclude', keys: 'X', title: 'Exclude', ...images, run: toggleExcluded },
    { id: 'flag', keys: 'F', title: 'Flag', ...images, run: toggleFlag },
    { id: 'note', keys: 'M', title: 'Note', ...images, run: () => inspected.writeNote() },
    ...undoKeys(),
    ...camKeys('images'),
    {
      id: 'inspector',
      keys: 'I',
      scope: 'images',
      group: 'Look',
      title: 'Inspector',
      run: () => settings.set('inspector', !settings.get('inspector')),
    },
    {
      id: 'open',
      keys: 'Enter',
      scope: 'grid',
      group: 'Look',
      title: 'Open large',
      run: () => router.set({ open: '1' }),
    },
    { id: 'escape', keys: 'Esc', scope: 'images', group: 'Look', title: 'Close, clear the selection', run: escape },

    move('left', 'ArrowLeft', 'Previous', 'left'),
    move('right', 'ArrowRight', 'Next', 'right'),
    move('up', 'ArrowUp', 'Up', 'up'),
    move('down', 'ArrowDown', 'Down', 'down'),
    move('row-start', 'Home', 'Start of row', 'rowStart'),
    move('row-end', 'End', 'End of row', 'rowEnd'),
    move('first', 'Ctrl+Home', 'First image', 'first'),
    move('last', 'Ctrl+End', 'Last image', 'last'),
    move('page-up', 'PageUp', 'Page up', 'pageUp'),
    move('page-down', 'PageDown', 'Page down', 'pageDown'),

    { ...large, id: 'large.previous', keys: 'ArrowLeft', title: 'Previous image', run: () => gallery.step(-1) },
    { ...large, id: 'large.next', keys: 'ArrowRight', title: 'Next image', run: () => gallery.step(1) },

    {
      id: 'select.toggle',
      keys: 'Space',
      scope: 'grid',
      group: 'Select',
      title: 'Select',
      run: () => gallery.toggleAt(gallery.focus),
    },
    extend('left', 'Shift+ArrowLeft', 'Extend left', 'left'),
    extend('right', 'Shift+ArrowRight', 'Extend right', 'right'),
    extend('up', 'Shift+ArrowUp', 'Extend up', 'up'),
    extend('down', 'Shift+ArrowDown', 'Extend down', 'down'),
    {
      id: 'select.all',
      keys: 'Ctrl+A',
      scope: 'grid',
      group: 'Select',
      title: 'Select all',
      run: () => gallery.selectAll(),
    },
  ];
}
