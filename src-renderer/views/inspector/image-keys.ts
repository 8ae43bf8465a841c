/** Keys that the gallery, triage and the history have in common, each bound in the region that a view gives. */
import { EXPRESSION_FACES, EXPRESSIONS, type Expression } from '../../../src-shared/domain/expression.ts';
import { cam } from '../../state/cam.svelte.ts';
import type { Binding } from '../../state/keymap.ts';
import { faceParts } from '../../state/face-parts.svelte.ts';
import { labels } from '../../state/labels.svelte.ts';

/** A digit a class. */
export function classKeys(scope: string, run: (expression: Expression) => void): Binding[] {
  return EXPRESSIONS.map((expression) => ({
    id: `label.${expression}`,
    keys: String(EXPRESSION_FACES[expression].digit),
    scope,
    group: 'Label',
    title: EXPRESSION_FACES[expression].title,
    run: () => run(expression),
  }));
}

/** Undo and redo work everywhere in a view, also outside its regions. */
export function undoKeys(): Binding[] {
  const everywhere = { scope: 'global', group: 'Label', repeat: true } as const;
  return [
    { id: 'undo', keys: 'Ctrl+Z', title: 'Undo', ...everywhere, run: () => labels.undo() },
    { id: 'redo', keys: 'Ctrl+Shift+Z', title: 'Redo', ...everywhere, run: () => labels.redo() },
  ];
}

/** @param seen wraps what shows something of the model: a view may have to hide it. */
export function camKeys(scope: string, seen: (act: () => void) => () => void = (act) => act): Binding[] {
  const look = { scope, group: 'Look' } as const;
  return [
    { id: 'cam', keys: 'H', title: 'Grad-CAM on or off', ...look, run: seen(() => cam.toggle()) },
    {
      id: 'cam.class',
      keys: 'Shift+H',
      title: 'Grad-CAM of the next class',
      ...look,
      run: seen(() => cam.nextClass()),
    },
    {
      id: 'cam.method',
      keys: 'W',
      title: 'Next kind of map',
      ...look,
      run: seen(() => cam.nextMethod()),
    },
    { id: 'landmarks', keys: 'L', title: 'Landmarks on or off', ...look, run: seen(() => faceParts.togglePoints()) },
    {
      id: 'regions',
      keys: 'R',
      title: 'Regions of the face on or off',
      ...look,
      run: seen(() => faceParts.toggleRegions()),
    },
    { id: 'cam.less', keys: '[', title: 'Grad-CAM fainter', repeat: true, ...look, run: () => cam.fade(-0.1) },
    { id: 'cam.more', keys: ']', title: 'Grad-CAM stronger', repeat: true, ...look, run: () => cam.fade(0.1) },
  ];
}
