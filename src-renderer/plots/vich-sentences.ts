/** What a prediction's curves mean, in three sentences that a person can act on. Pure. */
import type { SigmaRank } from '../../src-shared/domain/image.ts';
import { contenders, winShares } from '../../src-shared/metrics/draws.ts';
import { count, fixed } from '../text/format.ts';
import { classTitle } from './class-marks.ts';
import { beats, vichClasses, type VichData } from '../../src-shared/plots/vich.ts';

/** "31%"; the ends are never told as certain. */
function share(p: number): string {
  if (p < 0.01) return 'less than 1%';
  if (p > 0.99) return 'more than 99%';
  return `${Math.round(p * 100)}%`;
}

function listed(names: readonly string[]): string {
  return names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

/** A class among fewer images than this has no ranks worth telling. */
const FEWEST_RANKED = 10;

/**
 * Flip probability, contenders, and the place of this sigma within its class; none without VICH.
 * @param rank null while it is not known.
 */
export function vichSentences(data: VichData, rank: SigmaRank | null): string[] {
  const { logvar, mu } = data;
  const classes = vichClasses(data);
  const winner = classes.find((one) => one.rank === 0);
  const second = classes.find((one) => one.rank === 1);
  if (logvar === null || winner === undefined || second === undefined) return [];
  const shares = winShares(mu, logvar);
  const [first, rival] = [classTitle(winner.expression), classTitle(second.expression)];
  const flips = beats(second, winner) ?? 0;
  const losses = 1 - (shares[classes.indexOf(winner)] ?? 1);
  const toAny = classes.length > 2 ? `, and ${first} would lose to some class in ${share(losses)}` : '';
  const sentences = [`Drawn from these curves, ${rival} would beat ${first} in ${share(flips)} of draws${toAny}.`];

  const fighting = contenders(shares).flatMap((at) => {
    const one = classes[at];
    return one === undefined ? [] : [{ title: classTitle(one.expression), share: shares[at] ?? 0 }];
  });
  const [alone] = fighting;
  if (fighting.length === 1 && alone !== undefined)
    sentences.push(
      `No class contends with ${alone.title}, which wins ${share(alone.share)}: a different label contradicts this model firmly.`,
    );
  else {
    const names = listed(fighting.map((one) => `${one.title} (${share(one.share)})`));
    sentences.push(`${names} contend: look for yourself, and consider a soft label of these.`);
  }

  if (rank !== null && rank.images >= FEWEST_RANKED) {
    const larger = rank.below / (rank.images - 1);
    const where =
      larger >= 0.9
        ? 'unusually unsure for this class'
        : larger <= 0.1
          ? 'unusually sure for this class'
          : 'nothing unusual for this class';
    sentences.push(
      `Its σ of ${fixed(rank.sigma)} is larger than that of ${share(larger)} of the ${count(rank.images - 1)} other images predicted ${classTitle(rank.expression)}: ${where}.`,
    );
  } else if (rank !== null)
    sentences.push(
      `Only ${count(rank.images)} ${rank.images === 1 ? 'image is' : 'images are'} predicted ${classTitle(rank.expression)}: too few to rank its σ of ${fixed(rank.sigma)}.`,
    );
  return sentences;
}
