import type { SplitPlan } from '../../../src-shared/domain/dataset.ts';
import { FailureError } from '../../../src-shared/domain/failure.ts';
import { Random } from '../engine/random.ts';

/** Throws FailureError 'invalid' where the shares do not sum to 1. */
export function checkPlan(plan: SplitPlan): void {
  const sum = Object.values(plan.shares).reduce((total, share) => total + share, 0);
  if (Math.abs(sum - 1) <= 1e-6) return;
  throw new FailureError({
    kind: 'invalid',
    message: `The shares of the splits sum to ${Number(sum.toFixed(6))}, not to 1.`,
    remedy: 'Give shares such as 0.8 and 0.2.',
  });
}

/** Rows of one stratum that must stay together, and how many they are. */
interface Unit {
  readonly group: number;
  size: number;
}

/**
 * Deals rows to splits at random, stratified and seeded: equal input and seed give equal splits on every machine.
 * Within a stratum the shares are exact by the method of largest remainder, with what rounding took from a split
 * carried to the next stratum, so that the totals are exact too. Rows of one group (images with the same bytes) go to
 * one split, in the stratum that the first of them belongs to: the same face must not be trained on and tested. Only a
 * group too large for its share makes the shares inexact.
 * @param strata stratum of each row, e.g. its label's index.
 * @param groups group of each row.
 * @returns for each row an index into the plan's shares, in their order.
 */
export function dealSplits(strata: ArrayLike<number>, groups: ArrayLike<number>, plan: SplitPlan): Uint8Array {
  const shares = Object.values(plan.shares);
  const random = Random.seeded(plan.seed);
  const carry = shares.map(() => 0);
  const splitOfGroup = new Map<number, number>();
  for (const [stratum, units] of unitsByStratum(strata, groups)) {
    const rows = units.reduce((total, unit) => total + unit.size, 0);
    const room = largestRemainder(rows, shares, carry);
    const order = random.split(`stratum ${stratum}`).permutation(units.length);
    const shuffled = Array.from(order, (index) => units[index]).filter((unit) => unit !== undefined);
    // Large groups first, while every split still has room for them; the sort is stable, so equals stay shuffled.
    for (const unit of shuffled.sort((a, b) => b.size - a.size)) {
      const split = room.indexOf(Math.max(...room));
      room[split] = (room[split] ?? 0) - unit.size;
      splitOfGroup.set(unit.group, split);
    }
  }
  return Uint8Array.from({ length: groups.length }, (_, row) => splitOfGroup.get(groups[row] ?? -1) ?? 0);
}

function unitsByStratum(strata: ArrayLike<number>, groups: ArrayLike<number>): [number, Unit[]][] {
  const unitOfGroup = new Map<number, Unit>();
  const byStratum = new Map<number, Unit[]>();
  for (let row = 0; row < groups.length; row++) {
    const group = groups[row] ?? -1;
    const known = unitOfGroup.get(group);
    if (known !== undefined) {
      known.size++;
      continue;
    }
    const unit: Unit = { group, size: 1 };
    unitOfGroup.set(group, unit);
    const stratum = strata[row] ?? -1;
    const units = byStratum.get(stratum) ?? [];
    units.push(unit);
    byStratum.set(stratum, units);
  }
  // In the order of strata, not of rows: the carried remainders then do not depend on how the source is sorted.
  return [...byStratum].sort(([a], [b]) => a - b);
}

/**
 * Whole numbers that sum to `rows` and follow the shares (Hamilton's method): first the floors, then one more for the
 * largest remainders. `carry` holds what earlier strata left over or took ahead; it is brought up to date.
 */
function largestRemainder(rows: number, shares: readonly number[], carry: number[]): number[] {
  const exact = shares.map((share) => rows * share);
  // A share that is whole but for float error, such as 30 × 0.1, has no remainder to compete with.
  const floors = exact.map((value) => Math.floor(value + 1e-9));
  const remainders = exact.map((value, split) => Math.max(0, value - (floors[split] ?? 0)));
  const left = rows - floors.reduce((total, floor) => total + floor, 0);
  const ranked = remainders
    .map((remainder, split) => ({ split, claim: remainder > 1e-9 ? remainder + (carry[split] ?? 0) : -Infinity }))
    .sort((a, b) => b.claim - a.claim)
    .slice(0, left);
  for (const { split } of ranked) floors[split] = (floors[split] ?? 0) + 1;
  for (const [split, value] of exact.entries()) carry[split] = (carry[split] ?? 0) + value - (floors[split] ?? 0);
  return floors;
}
