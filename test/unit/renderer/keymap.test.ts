import { describe, expect, it } from 'vitest';
import { chordOf, isSingleKey, Keymap, type Binding, type KeyPress } from '../../../src-renderer/state/keymap.ts';

function press(code: string, key: string, modifiers: Partial<KeyPress> = {}): KeyPress {
  return { code, key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...modifiers };
}

function binding(id: string, keys: string, scope: string, title = id): Binding {
  return { id, keys, scope, title, group: 'Test', run: () => undefined };
}

describe('the key of an event', () => {
  it('takes digits by their place: AZERTY types é on Digit2', () => {
    expect(chordOf(press('Digit2', 'é'), false)).toBe('2');
    expect(chordOf(press('Digit3', '"'), false)).toBe('3');
    expect(chordOf(press('Digit3', '3', { shiftKey: true }), false)).toBe('Shift+3');
    expect(chordOf(press('Numpad3', '3'), false)).toBe('3');
  });

  it('takes letters by what they type: Ctrl+Z is where the keyboard has Z', () => {
    expect(chordOf(press('KeyW', 'z', { ctrlKey: true }), false)).toBe('Ctrl+Z');
    expect(chordOf(press('KeyZ', 'Z', { ctrlKey: true, shiftKey: true }), false)).toBe('Ctrl+Shift+Z');
    expect(chordOf(press('KeyZ', 'я', { ctrlKey: true }), false)).toBe('Ctrl+Z');
    expect(chordOf(press('KeyH', ''), false)).toBe('H');
  });

  it('takes symbols for themselves, wherever they are', () => {
    expect(chordOf(press('Slash', '?', { shiftKey: true }), false)).toBe('?');
    expect(chordOf(press('Comma', '?', { shiftKey: true }), false)).toBe('?');
    expect(chordOf(press('BracketLeft', '['), false)).toBe('[');
  });

  it('names the others and ignores bare and foreign modifiers', () => {
    expect(chordOf(press('Space', ' '), false)).toBe('Space');
    expect(chordOf(press('Escape', 'Escape'), false)).toBe('Esc');
    expect(chordOf(press('ArrowLeft', 'ArrowLeft', { shiftKey: true }), false)).toBe('Shift+ArrowLeft');
    expect(chordOf(press('ShiftLeft', 'Shift', { shiftKey: true }), false)).toBeNull();
    expect(chordOf(press('KeyA', 'a', { altKey: true }), false)).toBeNull();
    expect(chordOf(press('KeyA', 'a', { metaKey: true }), false)).toBeNull();
  });

  it('takes Cmd for Ctrl on macOS', () => {
    expect(chordOf(press('KeyZ', 'z', { metaKey: true }), true)).toBe('Ctrl+Z');
    expect(chordOf(press('KeyZ', 'z', { ctrlKey: true }), true)).toBeNull();
  });

  it('knows single keys', () => {
    for (const keys of ['3', 'H', 'Shift+H', '?', 'G D']) expect(isSingleKey(keys)).toBe(true);
    for (const keys of ['Ctrl+Z', 'Enter', 'Esc', 'ArrowLeft', 'F6', 'Shift+ArrowLeft'])
      expect(isSingleKey(keys)).toBe(false);
  });
});

describe('keymap', () => {
  it('refuses a taken key, naming its owner', () => {
    const map = new Keymap();
    map.add(binding('label.sad', '3', 'images', 'Sad'));
    const refused = map.add(binding('zoom', '3', 'images', 'Zoom'));
    expect(refused).toMatchObject({ ok: false, error: { kind: 'conflict' } });
    expect(refused.ok ? '' : refused.error.message).toContain('Sad');
    expect(map.add(binding('other', '3', 'global')).ok).toBe(false);
    expect(map.add(binding('elsewhere', '3', 'map')).ok).toBe(true);
  });

  it('gives a binding another key and refuses one that is taken', () => {
    const map = new Keymap();
    map.add(binding('a', 'A', 'images', 'First'));
    map.add(binding('b', 'B', 'images', 'Second'));
    expect(map.rebind('a', 'B').ok).toBe(false);
    expect(map.find('A', ['images'])?.id).toBe('a');
    expect(map.rebind('a', 'Q').ok).toBe(true);
    expect(map.find('Q', ['images'])?.id).toBe('a');
    expect(map.find('A', ['images'])).toBeUndefined();
    expect(new Keymap(map.changed).add(binding('a', 'A', 'images'))).toMatchObject({ ok: true, value: { keys: 'Q' } });
  });

  it('a chosen key gives way where another view needs it, whichever comes first', () => {
    const chosen = { help: 'E', unsure: 'Y' };
    const map = new Keymap(chosen);
    map.add(binding('help', '?', 'global'));
    expect(map.find('E', [])?.id).toBe('help');
    expect(map.add(binding('soft', 'E', 'triage'))).toMatchObject({ ok: true, value: { keys: 'E' } });
    expect(map.find('?', [])?.id).toBe('help');
    expect(map.changed).toEqual({ unsure: 'Y' });
    map.add(binding('other', 'Y', 'triage'));
    expect(map.add(binding('unsure', '0', 'triage'))).toMatchObject({ ok: true, value: { keys: '0' } });
    // One that nobody has changed does not: that is a defect.
    expect(map.add(binding('again', 'E', 'triage')).ok).toBe(false);
  });

  it('is reset to its own keys, also for views that are not open', () => {
    const map = new Keymap({ elsewhere: 'X' });
    map.add(binding('a', 'A', 'images'));
    map.rebind('a', 'Q');
    map.reset();
    expect(map.changed).toEqual({});
    expect(map.find('A', ['images'])?.id).toBe('a');
    expect(map.find('Q', ['images'])).toBeUndefined();
  });

  it('finds a key only in the region that has focus', () => {
    const map = new Keymap();
    map.add(binding('a', 'A', 'images'));
    map.add(binding('help', '?', 'global'));
    expect(map.find('A', [])).toBeUndefined();
    expect(map.find('A', ['grid', 'images'])?.id).toBe('a');
    expect(map.find('?', [])?.id).toBe('help');
  });

  it('knows which keys begin a sequence', () => {
    const map = new Keymap();
    map.add(binding('go', 'G D', 'global'));
    expect(map.begins('G')).toBe(true);
    expect(map.begins('D')).toBe(false);
  });
});
