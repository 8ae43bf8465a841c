import type { Binding } from '../../state/keymap.ts';
import { settings } from '../../state/settings.svelte.ts';

export const LAYOUTS = [
  { value: 'picture', label: 'Picture' },
  { value: 'error', label: 'Error' },
  { value: 'runs', label: 'Two runs' },
] as const;
export type Layout = (typeof LAYOUTS)[number]['value'];

export function layoutOf(stored: string): Layout {
  return LAYOUTS.find(({ value }) => value === stored)?.value ?? 'picture';
}

/** Share by which a key zooms, and stage pixels by which one pans. */
const STEP = 1.25;
const FAR = 48;

interface Acts {
  actual: () => void;
  zoom: (by: number) => void;
  pan: (x: number, y: number) => void;
  whole: () => void;
}

/** Keys of the large view alone. */
export function largeKeys({ actual, zoom, pan, whole }: Acts): Binding[] {
  const large = { scope: 'large', group: 'Large view' } as const;
  const held = { ...large, repeat: true } as const;
  const layout = (value: Layout) => () =>
    settings.set('largeLayout', settings.get('largeLayout') === value ? 'picture' : value);
  return [
    { ...large, id: 'large.actual', keys: 'Z', title: 'Actual size', run: actual },
    { ...large, id: 'large.whole', keys: 'P', title: 'Whole picture', run: whole },
    { ...large, id: 'large.error', keys: 'E', title: 'Error view: four panels', run: layout('error') },
    { ...large, id: 'large.runs', keys: 'B', title: 'Beside the baseline run', run: layout('runs') },
    { ...held, id: 'large.in', keys: '+', title: 'Zoom in', run: () => zoom(STEP) },
    // The same key without Shift, on many keyboards.
    { ...held, id: 'large.in.unshifted', keys: '=', title: 'Zoom in', run: () => zoom(STEP) },
    { ...held, id: 'large.out', keys: '-', title: 'Zoom out', run: () => zoom(1 / STEP) },
    { ...held, id: 'large.left', keys: 'Shift+ArrowLeft', title: 'Look further left', run: () => pan(FAR, 0) },
    { ...held, id: 'large.right', keys: 'Shift+ArrowRight', title: 'Look further right', run: () => pan(-FAR, 0) },
    { ...held, id: 'large.up', keys: 'Shift+ArrowUp', title: 'Look further up', run: () => pan(0, FAR) },
    { ...held, id: 'large.down', keys: 'Shift+ArrowDown', title: 'Look further down', run: () => pan(0, -FAR) },
  ];
}
