import { describe, expect, it } from 'vitest';
import {
  ACTION_UNITS,
  activation,
  AT_REST,
  CHANNELS,
  deform,
  EFFECTS,
} from '../../../src-main/services/sample/action-units.ts';
import {
  blend,
  distance,
  nearest,
  perform,
  PROTOTYPES,
  typical,
} from '../../../src-main/services/sample/prototypes.ts';
import { Stream } from '../../../src-main/services/sample/stream.ts';
import { TAGGERS, vote } from '../../../src-main/services/sample/taggers.ts';
import { EXPRESSIONS } from '../../../src-shared/domain/expression.ts';

describe('action units', () => {
  it('each move something, and every channel is moved by some unit', () => {
    for (const unit of ACTION_UNITS) expect(Object.values(EFFECTS[unit]).some((effect) => effect !== 0)).toBe(true);
    for (const channel of CHANNELS)
      expect(ACTION_UNITS.some((unit) => EFFECTS[unit][channel] !== undefined)).toBe(true);
  });

  it('displace in proportion to their intensity, and add up', () => {
    expect(Object.values(deform(AT_REST)).every((value) => value === 0)).toBe(true);
    const half = deform(activation({ '12': 0.5, '26': 0.5 }));
    expect(half.cornerUp).toBeCloseTo(0.5 * (EFFECTS['12'].cornerUp ?? 0));
    expect(half.cornerOut).toBeCloseTo(0.5 * ((EFFECTS['12'].cornerOut ?? 0) + (EFFECTS['26'].cornerOut ?? 0)));
  });

  it('follow the manual: 1 and 2 raise, 4 lowers and draws together, 12 lifts the corners that 15 depresses', () => {
    const of = (unit: (typeof ACTION_UNITS)[number]) => deform(activation({ [unit]: 1 }));
    expect(of('1').browInner).toBeGreaterThan(0);
    expect(of('2').browOuter).toBeGreaterThan(0);
    expect(of('4').browInner).toBeLessThan(0);
    expect(of('4').browTogether).toBeGreaterThan(0);
    expect(of('5').lidUpper).toBeGreaterThan(0);
    expect(of('12').cornerUp).toBeGreaterThan(0);
    expect(of('15').cornerUp).toBeLessThan(0);
    expect(of('26').jaw).toBeGreaterThan(0);
  });
});

describe('prototypes', () => {
  it('stay within 0 and 1 and leave neutral at rest', () => {
    for (const expression of EXPRESSIONS)
      for (const unit of ACTION_UNITS) {
        expect(typical(expression)[unit]).toBeGreaterThanOrEqual(0);
        expect(typical(expression)[unit]).toBeLessThanOrEqual(1);
      }
    expect(typical('neutral')).toEqual(AT_REST);
  });

  it('hold the units that EMFACS names', () => {
    expect(Object.keys(PROTOTYPES.happy.core)).toEqual(['6', '12']);
    expect(Object.keys(PROTOTYPES.sad.core)).toEqual(expect.arrayContaining(['1', '4', '15']));
    expect(Object.keys(PROTOTYPES.surprise.core)).toEqual(expect.arrayContaining(['1', '2', '5', '26']));
    expect(Object.keys(PROTOTYPES.fear.core)).toEqual(expect.arrayContaining(['1', '2', '4', '5', '20', '25']));
    expect(Object.keys(PROTOTYPES.disgust.core)).toEqual(expect.arrayContaining(['9', '10']));
    expect(Object.keys(PROTOTYPES.anger.core)).toEqual(expect.arrayContaining(['4', '5', '7', '23']));
  });

  it('are told apart: whoever performs a class is nearest to it, at full and at half strength', () => {
    for (const expression of EXPRESSIONS) {
      for (let who = 0; who < 40; who += 1) {
        const full = perform(expression, new Stream(7, expression, who));
        expect(nearest(full, EXPRESSIONS)).toBe(expression);
        expect(nearest(blend([[full, 0.5]]), EXPRESSIONS)).toBe(expression);
      }
    }
  });

  it('have mixtures between them', () => {
    const middle = blend([
      [typical('fear'), 0.5],
      [typical('surprise'), 0.5],
    ]);
    const whole = distance(typical('surprise'), 'fear');
    expect(distance(middle, 'fear')).toBeLessThan(whole);
    expect(distance(middle, 'surprise')).toBeLessThan(whole);
    expect(distance(middle, 'fear')).toBeGreaterThan(0.2);
  });
});

describe('taggers', () => {
  it('are ten, agree on what is clear, and are split on what is mixed', () => {
    const agreed = (shown: ReturnType<typeof typical>) =>
      Array.from({ length: 50 }, (_, face) => Math.max(...Object.values(vote(shown, new Stream(3, 'votes', face)))));
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    const clear = agreed(typical('happy'));
    const mixed = agreed(
      blend([
        [typical('fear'), 0.5],
        [typical('surprise'), 0.5],
      ]),
    );
    expect(mean(clear)).toBeGreaterThan(9);
    expect(mean(mixed)).toBeLessThan(8.5);
    for (const shown of EXPRESSIONS) {
      const votes = vote(typical(shown), new Stream(1, shown));
      expect(Object.keys(votes)).toEqual([...EXPRESSIONS]);
      expect(Object.values(votes).reduce((sum, count) => sum + count, 0)).toBe(TAGGERS);
    }
  });
});
