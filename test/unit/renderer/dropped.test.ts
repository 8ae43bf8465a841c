import { describe, expect, it } from 'vitest';
import { droppedPath } from '../../../src-renderer/views/home/dropped.ts';

const transfer = (files: object[], text: Record<string, string> = {}) => ({
  files,
  getData: (type: string) => text[type] ?? '',
});

describe('where something dropped lies', () => {
  it('is what the desktop says', () => {
    expect(droppedPath(transfer([{ name: 'faces' }]), () => '/data/faces')).toBe('/data/faces');
  });

  it('is unknown for a folder that a browser was given', () => {
    expect(droppedPath(transfer([{ name: 'faces' }]), null)).toBeNull();
  });

  it.each([
    ['text/uri-list', 'file:///data/my%20faces\r\nfile:///data/other', '/data/my faces'],
    ['text/uri-list', 'file:///C:/faces', 'C:/faces'],
    ['text/plain', ' /data/faces\n', '/data/faces'],
    ['text/plain', 'D:\\faces', 'D:\\faces'],
    ['text/plain', 'https://example.test/faces', null],
    ['text/plain', '', null],
  ])('is read from %s %j', (type, text, path) => {
    // A file that lies on no disk (made by a page) has an empty path: the text is asked then.
    expect(droppedPath(transfer([{}], { [type]: text }), () => '')).toBe(path);
  });
});
