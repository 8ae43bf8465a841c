import { EXPRESSION_FACES, EXPRESSIONS } from '../../../src-shared/domain/expression.ts';
import { blind } from '../../state/blind.svelte.ts';
import type { Binding } from '../../state/keymap.ts';
import { notices } from '../../state/notices.svelte.ts';
import { settings } from '../../state/settings.svelte.ts';
import { camKeys, classKeys, undoKeys } from '../inspector/image-keys.ts';
import { inspected } from '../inspector/inspected.svelte.ts';
import { judge } from './judge.svelte.ts';
import { triage } from './triage.svelte.ts';

export function toggleAdvance(): void {
  const on = !settings.get('autoAdvance');
  settings.set('autoAdvance', on);
  notices.announce(`Auto-advance ${on ? 'on' : 'off'}`);
}

export function toggleBlind(): void {
  blind.set(!judge.blind);
  notices.announce(`Blind mode ${judge.blind ? 'on' : 'off'}`);
}

/** Nothing of the model may be shown while it is hidden. */
function seen(act: () => void): () => void {
  return () => (judge.hidden ? notices.announce('Judge it first: this is hidden.') : act());
}

/** Keys of the triage view. */
export function bindings({ actual }: { actual: () => void }): Binding[] {
  const label = { scope: 'triage', group: 'Label' } as const;
  const look = { scope: 'triage', group: 'Look' } as const;
  const move = { scope: 'triage', group: 'Queue' } as const;
  return [
    ...classKeys('triage', (expression) => judge.label(expression)),
    ...EXPRESSIONS.map((expression) => ({
      id: `colabel.${expression}`,
      keys: `Shift+${EXPRESSION_FACES[expression].digit}`,
      title: `${EXPRESSION_FACES[expression].title} as co-label`,
      ...label,
      run: () => judge.toggle(expression),
    })),
    { id: 'label.soft', keys: 'E', title: 'Soft label', ...label, run: () => judge.edit(!judge.editing) },
    { id: 'label.unsure', keys: '0', title: 'Unsure', ...label, run: () => judge.unsure() },
    { id: 'label.skip', keys: 'Q', title: 'Put aside', ...label, run: () => judge.skip() },
    { id: 'label.confirm', keys: 'Enter', title: 'Confirm', ...label, run: () => judge.confirm() },
    { id: 'label.model', keys: 'A', title: 'Accept the model', ...label, run: () => judge.acceptModel() },
    {
      id: 'label.consensus',
      keys: 'Shift+A',
      title: 'Accept the consensus',
      ...label,
      run: () => judge.acceptConsensus(),
    },
    { id: 'label.clear', keys: 'U', title: 'Clear vote', ...label, run: () => judge.clear() },
    { id: 'exclude', keys: 'X', title: 'Exclude', ...label, run: () => judge.toggleExcluded() },
    { id: 'flag', keys: 'F', title: 'Flag', ...label, run: () => judge.toggleFlag() },
    { id: 'note', keys: 'M', title: 'Note', ...label, run: () => inspected.writeNote() },
    ...undoKeys(),
    ...camKeys('triage', seen),
    {
      id: 'vich',
      keys: 'V',
      title: 'VICH plot on or off',
      ...look,
      run: seen(() => settings.set('triageVich', !settings.get('triageVich'))),
    },
    { id: 'large.actual', keys: 'Z', title: 'Actual size', ...look, run: actual },
    { id: 'triage.next', keys: 'N', title: 'Next unresolved', ...move, run: () => void triage.toUnresolved(false) },
    {
      id: 'triage.previous',
      keys: 'Shift+N',
      title: 'Previous unresolved',
      ...move,
      run: () => void triage.toUnresolved(true),
    },
    ...(
      [
        ['ArrowDown', 1],
        ['ArrowRight', 1],
        ['J', 1],
        ['ArrowUp', -1],
        ['ArrowLeft', -1],
        ['K', -1],
      ] as const
    ).map(([keys, by]) => ({
      id: `triage.${keys}`,
      keys,
      title: by > 0 ? 'Next image' : 'Previous image',
      repeat: true,
      ...move,
      run: () => triage.step(by),
    })),
    { id: 'triage.first', keys: 'Ctrl+Home', title: 'First image', ...move, run: () => triage.go(0) },
    { id: 'triage.last', keys: 'Ctrl+End', title: 'Last image', ...move, run: () => triage.go(triage.total - 1) },
    { id: 'triage.advance', keys: 'T', title: 'Auto-advance on or off', ...move, run: toggleAdvance },
    { id: 'triage.blind', keys: 'B', title: 'Blind mode on or off', ...move, run: toggleBlind },
  ];
}
