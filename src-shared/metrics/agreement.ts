/** How far annotators agree beyond chance. Labels are whole numbers; null: this annotator did not judge this unit. */

/** Cohen's kappa of two annotators on the same units, with its large-sample 95% interval. */
export interface Kappa {
  readonly kappa: number;
  readonly low: number;
  readonly high: number;
  readonly units: number;
}

const Z95 = 1.959963984540054;

/**
 * kappa = (po - pe) / (1 - pe) (J. Cohen, Educ. Psychol. Meas. 20:37, 1960); standard error for a non-zero kappa from J. Fleiss, J. Cohen,
 * B. Everitt, Psychol. Bull. 72:323, 1969, eq. 13. Null without a unit, or where both always say the same one thing.
 */
export function cohenKappa(first: ArrayLike<number>, second: ArrayLike<number>): Kappa | null {
  const units = first.length;
  const labels = [...new Set([...Array.from(first), ...Array.from(second)])];
  const share = (test: (unit: number) => boolean): number => {
    let count = 0;
    for (let unit = 0; unit < units; unit++) if (test(unit)) count++;
    return count / units;
  };
  const rows = new Map(labels.map((label) => [label, share((unit) => first[unit] === label)]));
  const columns = new Map(labels.map((label) => [label, share((unit) => second[unit] === label)]));
  const po = share((unit) => first[unit] === second[unit]);
  const pe = labels.reduce((sum, label) => sum + (rows.get(label) ?? 0) * (columns.get(label) ?? 0), 0);
  if (units === 0 || pe === 1) return null;
  const kappa = (po - pe) / (1 - pe);
  let agreed = 0;
  let differed = 0;
  for (const i of labels)
    for (const j of labels) {
      const p = share((unit) => first[unit] === i && second[unit] === j);
      const [pi, pj] = [columns.get(i) ?? 0, rows.get(j) ?? 0];
      if (i === j) agreed += p * (1 - (pi + pj) * (1 - kappa)) ** 2;
      else differed += p * (pi + pj) ** 2;
    }
  const variance = agreed + (1 - kappa) ** 2 * differed - (kappa - pe * (1 - kappa)) ** 2;
  const half = (Z95 * Math.sqrt(Math.max(0, variance) / units)) / (1 - pe);
  return { kappa, low: kappa - half, high: Math.min(1, kappa + half), units };
}

/**
 * Fleiss' kappa of units that each got the same number of judgements (J. Fleiss, Psychol. Bull. 76:378, 1971). `counts`: a row a unit,
 * how many chose each class. Null where units differ in their number of judgements, or all judgements are the same.
 */
export function fleissKappa(counts: readonly (readonly number[])[]): number | null {
  const raters = (counts[0] ?? []).reduce((sum, count) => sum + count, 0);
  if (raters < 2 || counts.some((row) => row.reduce((sum, count) => sum + count, 0) !== raters)) return null;
  const classes = counts[0]?.length ?? 0;
  const agreement =
    counts.reduce((sum, row) => sum + row.reduce((own, n) => own + n * (n - 1), 0) / (raters * (raters - 1)), 0) /
    counts.length;
  const chance = Array.from(
    { length: classes },
    (_, at) => counts.reduce((sum, row) => sum + (row[at] ?? 0), 0) / (counts.length * raters),
  ).reduce((sum, p) => sum + p * p, 0);
  return chance === 1 ? null : (agreement - chance) / (1 - chance);
}

/**
 * Krippendorff's alpha for nominal data (K. Krippendorff, "Computing Krippendorff's alpha-reliability", 2011): 1 - Do / De over pairable
 * values, for any number of annotators and missing judgements. `units`: the labels that each unit got. Null without a pair, or where all
 * values are the same.
 */
export function krippendorffAlpha(units: readonly (readonly number[])[]): number | null {
  const totals = new Map<number, number>();
  let observed = 0;
  let pairable = 0;
  for (const labels of units) {
    const m = labels.length;
    if (m < 2) continue;
    pairable += m;
    for (const label of labels) totals.set(label, (totals.get(label) ?? 0) + 1);
    const counts = new Map<number, number>();
    for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
    let same = 0;
    for (const n of counts.values()) same += n * (n - 1);
    observed += (m * (m - 1) - same) / (m - 1);
  }
  let expected = pairable * pairable;
  for (const n of totals.values()) expected -= n * n;
  if (pairable < 2 || expected === 0) return null;
  return 1 - observed / (expected / (pairable - 1));
}
