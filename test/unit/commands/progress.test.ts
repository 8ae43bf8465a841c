import { describe, expect, it } from 'vitest';
import { Progress, progressLine, type Work } from '../../../src-main/commands/progress.ts';
import { count, counted, duration, percent, table } from '../../../src-main/commands/text.ts';
import { FakeTerminal } from './terminal.ts';

const WORK: Work = {
  title: 'Import faces',
  done: 812,
  total: 1230,
  unit: 'images',
  rate: 143.2,
  etaSeconds: 2.9,
  text: '',
};

describe('progress', () => {
  it('says what, how far, how fast and how long', () => {
    expect(progressLine(WORK)).toBe('Import faces  812/1,230 images  143/s  ETA 0:03');
    expect(progressLine({ ...WORK, total: 0, rate: null, etaSeconds: null, text: 'Counting' })).toBe(
      'Import faces  812 images  Counting',
    );
  });

  it('rewrites one line in a terminal, at most ten times a second, and cuts it to the width', () => {
    const terminal = new FakeTerminal({ isInteractive: true });
    let now = 0;
    const progress = new Progress(terminal, () => now);
    progress.show({ ...WORK, text: 'x'.repeat(200) });
    progress.show(WORK);
    now = 150;
    progress.show({ ...WORK, done: 900 });
    progress.clear();
    const lines = terminal.err.split('\r\u001b[2K');
    expect(lines).toHaveLength(4);
    expect(lines[1]).toHaveLength(59);
    expect(lines[2]).toContain('900/1,230');
    expect(lines[3]).toBe('');
  });

  it('prints a line every five seconds elsewhere', () => {
    const terminal = new FakeTerminal();
    let now = 0;
    const progress = new Progress(terminal, () => now);
    for (; now <= 11_000; now += 200) progress.show(WORK);
    expect(terminal.err.match(/Import faces/g)).toHaveLength(3);
    expect(terminal.err).not.toContain('\u001b');
  });
});

describe('text', () => {
  it('writes numbers as people read them', () => {
    expect([duration(3.4), duration(75), duration(7_265)]).toEqual(['0:03', '1:15', '2:01:05']);
    expect([count(1230), percent(0.6183), counted(1, 'image'), counted(2_000, 'image')]).toEqual([
      '1,230',
      '61.8%',
      '1 image',
      '2,000 images',
    ]);
  });

  it('aligns numbers to the right and text to the left', () => {
    const text = table(
      ['class', 'n'],
      [
        ['sad', 5],
        ['surprise', 1000],
      ],
    );
    expect(text.split('\n')).toEqual(['class        n', 'sad          5', 'surprise  1000']);
  });
});
