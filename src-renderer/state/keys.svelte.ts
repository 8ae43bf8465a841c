import type { Result } from '../../src-shared/domain/failure.ts';
import { chordOf, isSingleKey, Keymap, type Binding } from './keymap.ts';
import { settings } from './settings.svelte.ts';

const SEQUENCE_MS = 1_500;
const ARROWS: Readonly<Record<string, string>> = { Left: '←', Right: '→', Up: '↑', Down: '↓' };
const MAC = /^Mac/.test(navigator.platform);

/** A key as this machine's keyboard shows it. */
export function keyLabel(keys: string): string {
  const shown = keys.replace(/Arrow(\w+)/, (_, way: string) => ARROWS[way] ?? way);
  return MAC ? shown.replace('Ctrl+', '⌘').replace('Shift+', '⇧') : shown;
}

function isTyping(target: EventTarget | null): boolean {
  if (target instanceof HTMLInputElement) return !['range', 'checkbox', 'radio', 'button'].includes(target.type);
  return (
    target instanceof HTMLTextAreaElement ||
    target instanceof HTMLSelectElement ||
    (target instanceof HTMLElement && target.isContentEditable)
  );
}

/** Keys that mean nothing to a text field and lead out of it. */
const WHILE_TYPING = /^(F\d{1,2}|Ctrl\+K)$/;

/** Keys that a control with focus needs for itself. */
function belongsToControl(target: EventTarget | null, chord: string): boolean {
  if (!(target instanceof Element)) return false;
  if (target.matches('button, a[href], [role=tab], [role=radio]')) return /^(Enter|Space|Arrow\w+)$/.test(chord);
  return target.matches('input[type=range], [role=slider]') && /^(Shift\+)?(Arrow\w+|Home|End|Page\w+)$/.test(chord);
}

/** The application's keys: one listener; what a key does depends on the region that has focus (`data-keys`). */
class Keys {
  readonly #map = new Keymap(settings.get('keys'));
  /** Region that counts as focused while nothing is; a view sets it. */
  #fallback: string[] = [];
  #prefix: { keys: string; until: number } | null = null;
  /** Counted apart: an effect that binds keys must not depend on what it changes. */
  #changes = 0;
  #version = $state(0);

  constructor() {
    window.addEventListener('keydown', (event) => this.#onkeydown(event));
  }

  /** Every binding now in force. */
  get all(): Binding[] {
    void this.#version;
    return this.#map.all;
  }

  /** Adds bindings while a view is shown; call the returned function when it goes. A taken key is a defect and throws. */
  bind(bindings: readonly Binding[], fallback: readonly string[] = []): () => void {
    for (const binding of bindings) {
      const added = this.#map.add(binding);
      if (!added.ok) throw new Error(`${binding.title}: ${added.error.message}`);
    }
    if (fallback.length > 0) this.#fallback = [...fallback];
    this.#version = ++this.#changes;
    return () => {
      for (const binding of bindings) this.#map.remove(binding.id);
      if (fallback.length > 0) this.#fallback = [];
      this.#version = ++this.#changes;
    };
  }

  /** A person's choice of key for a binding. */
  rebind(id: string, keys: string): Result<Binding> {
    const result = this.#map.rebind(id, keys);
    if (result.ok) settings.set('keys', { ...this.#map.changed });
    this.#version = ++this.#changes;
    return result;
  }

  /** How many keys the person has changed. */
  get changed(): number {
    void this.#version;
    return Object.keys(this.#map.changed).length;
  }

  /** Every key as the application has it. */
  reset(): void {
    this.#map.reset();
    settings.set('keys', {});
    this.#version = ++this.#changes;
  }

  /** The key of an event as bindings write it. */
  chord(event: KeyboardEvent): string | null {
    return chordOf(event, MAC);
  }

  #onkeydown(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.isComposing || document.querySelector('dialog[open], [role=menu]') !== null)
      return;
    const chord = this.chord(event);
    if (chord === null || belongsToControl(event.target, chord)) return;
    if (isTyping(event.target) && !WHILE_TYPING.test(chord)) return;
    const prefix = this.#prefix !== null && performance.now() < this.#prefix.until ? this.#prefix.keys : null;
    this.#prefix = null;
    const keys = prefix === null ? chord : `${prefix} ${chord}`;
    if (isSingleKey(keys) && !settings.get('singleKeys')) return;
    const binding = this.#map.find(keys, this.#scopes(event.target));
    if (binding !== undefined) {
      event.preventDefault();
      if (!event.repeat || binding.repeat === true) binding.run();
    } else if (prefix === null && this.#map.begins(keys)) {
      this.#prefix = { keys, until: performance.now() + SEQUENCE_MS };
    }
  }

  #scopes(target: EventTarget | null): string[] {
    const region = target instanceof Element ? target.closest<HTMLElement>('[data-keys]') : null;
    if (region !== null) return (region.dataset['keys'] ?? '').split(' ');
    return target === document.body || target === null ? this.#fallback : [];
  }
}

export const keys = new Keys();
