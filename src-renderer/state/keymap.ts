import { fail, ok, type Result } from '../../src-shared/domain/failure.ts';

/** What of a KeyboardEvent decides the key. */
export interface KeyPress {
  readonly code: string;
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}

export interface Binding {
  /** Unique and lasting, e.g. "label.sad": what a changed key is stored under. */
  readonly id: string;
  /** e.g. "3", "Ctrl+Z", "Shift+H", "?", "G D". Ctrl is Cmd on macOS. */
  readonly keys: string;
  /** Where it works: "global", or the name of a region that has focus. */
  readonly scope: string;
  /** What it does, for the list of keys and for refusals. */
  readonly title: string;
  readonly group: string;
  /** Fires again while the key is held. */
  readonly repeat?: boolean;
  readonly run: () => void;
}

const NAMED: Readonly<Record<string, string>> = { ' ': 'Space', Spacebar: 'Space', Escape: 'Esc' };
const SYMBOLS: Readonly<Record<string, string>> = {
  Slash: '/',
  BracketLeft: '[',
  BracketRight: ']',
};

/**
 * The key pressed, as bindings write it, or null for a bare modifier. Digits go by their place on the keyboard (`event.code`), so
 * that the digit row labels on AZERTY too, where it types & é " '; letters go by what they type, so that Ctrl+Z is where the
 * person's keyboard has it, or by their place where they type no Latin letter.
 */
export function chordOf(press: KeyPress, mac: boolean): string | null {
  if (['Shift', 'Control', 'Alt', 'Meta'].includes(press.key)) return null;
  const modifier = mac ? press.metaKey : press.ctrlKey;
  const foreign = mac ? press.ctrlKey : press.metaKey;
  if (foreign || press.altKey) return null;
  const digit = /^(?:Digit|Numpad)(\d)$/.exec(press.code)?.[1];
  const placed = /^Key([A-Z])$/.exec(press.code)?.[1] ?? SYMBOLS[press.code];
  const typed = /^[a-z]$/i.test(press.key) ? press.key.toUpperCase() : undefined;
  let name = digit ?? typed;
  let shift = press.shiftKey;
  if (name === undefined && press.key.length === 1 && press.key.charCodeAt(0) < 128 && press.key !== ' ') {
    // A symbol is its own name: whether it needs Shift depends on the keyboard.
    name = press.key;
    shift = false;
  }
  name ??= placed ?? NAMED[press.key] ?? press.key;
  return `${modifier ? 'Ctrl+' : ''}${shift ? 'Shift+' : ''}${name}`;
}

/** A key that types a character when no modifier is held: those can be switched off (WCAG 2.1.4). */
export function isSingleKey(keys: string): boolean {
  return !keys.startsWith('Ctrl+') && keys.split(' ').every((chord) => /^(Shift\+)?.$/u.test(chord));
}

function overlap(a: string, b: string): boolean {
  return a === b || a === 'global' || b === 'global';
}

/** All key bindings. No two that can be active together share a key. */
export class Keymap {
  readonly #bindings = new Map<string, Binding>();
  readonly #changed: Record<string, string>;
  /** Keys as the application has them, by binding id. */
  readonly #own = new Map<string, string>();

  constructor(changed: Readonly<Record<string, string>> = {}) {
    this.#changed = { ...changed };
  }

  get all(): Binding[] {
    return [...this.#bindings.values()];
  }

  /** Keys that a person has changed, by binding id. */
  get changed(): Readonly<Record<string, string>> {
    return this.#changed;
  }

  /**
   * Adds a binding under the key that the person chose for it, else its own. A chosen key that another view needs gives way: it was
   * free where it was chosen. Refused with `conflict` when the key is taken by one that nobody changed.
   */
  add(binding: Binding): Result<Binding> {
    this.#own.set(binding.id, binding.keys);
    for (const keys of new Set([this.#changed[binding.id] ?? binding.keys, binding.keys])) {
      const wanted = { ...binding, keys };
      const owner = this.#owner(wanted);
      if (owner === undefined) {
        this.#bindings.set(wanted.id, wanted);
        return ok(wanted);
      }
      const isLast = keys === binding.keys;
      if (isLast && this.#changed[owner.id] === undefined) return this.#refusal(keys, owner);
      if (isLast) {
        this.#restore(owner);
        return this.add(binding);
      }
    }
    throw new Error('A binding has a key.');
  }

  /** Every key as the application has it. */
  reset(): void {
    for (const id of Object.keys(this.#changed)) {
      const binding = this.#bindings.get(id);
      if (binding === undefined) delete this.#changed[id];
      else this.#restore(binding);
    }
  }

  #restore(binding: Binding): void {
    delete this.#changed[binding.id];
    this.#bindings.set(binding.id, { ...binding, keys: this.#own.get(binding.id) ?? binding.keys });
  }

  remove(id: string): void {
    this.#bindings.delete(id);
  }

  /** Gives a binding another key. Refused with `conflict`, naming the owner, when another binding has it. */
  rebind(id: string, keys: string): Result<Binding> {
    const binding = this.#bindings.get(id);
    if (binding === undefined) return fail('not-found', 'There is no such key binding.');
    const wanted = { ...binding, keys };
    const owner = this.#owner(wanted);
    if (owner !== undefined) return this.#refusal(keys, owner);
    this.#bindings.set(id, wanted);
    this.#changed[id] = keys;
    return ok(wanted);
  }

  /** The binding of a key in these regions; a region's own comes before a global one. */
  find(keys: string, scopes: readonly string[]): Binding | undefined {
    const matching = this.all.filter((one) => one.keys === keys);
    return matching.find((one) => scopes.includes(one.scope)) ?? matching.find((one) => one.scope === 'global');
  }

  /** True when the key begins a sequence such as "G D". */
  begins(keys: string): boolean {
    return this.all.some((one) => one.keys.startsWith(`${keys} `));
  }

  #owner(wanted: Binding): Binding | undefined {
    return this.all.find((one) => one.id !== wanted.id && one.keys === wanted.keys && overlap(one.scope, wanted.scope));
  }

  #refusal(keys: string, owner: Binding): Result<Binding> {
    return fail('conflict', `${keys} already means “${owner.title}”.`, `Give “${owner.title}” another key first.`);
  }
}
