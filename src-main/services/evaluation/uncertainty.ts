/** Whether a run's sigma is worth anything on some images: the numbers, and the answer in words. */
import type { Run } from '../../../src-shared/domain/run.ts';
import type { ScoreWorth, UncertaintyScore } from '../../../src-shared/domain/uncertainty.ts';
import { argmax, entropy, flipProbability, margin, sigma, softmax } from '../../../src-shared/metrics/vich.ts';
import type { UncertaintyCases } from '../statistics/worth.ts';
import type { Store } from '../store/interface.ts';
import type { Measure } from './context.ts';
import { countedIn } from './evaluate.ts';

/** Each uncertainty of the images that an evaluation counts, beside the run's errors and people's disagreement. */
export function uncertaintyCasesIn(store: Store, request: Measure): UncertaintyCases {
  const { run, counted } = countedIn(store, request);
  const disagreement = store.images.disagreements(request.dataset);
  const n = counted.length;
  const scores: Partial<Record<UncertaintyScore, Float64Array>> = {
    ...(run.vich && { sigma: new Float64Array(n), flip: new Float64Array(n) }),
    entropy: new Float64Array(n),
    margin: new Float64Array(n),
    confidence: new Float64Array(n),
  };
  const wrong = new Uint8Array(n);
  const votes = new Float64Array(n);
  const put = (score: UncertaintyScore, at: number, value: number): void => {
    const column = scores[score];
    if (column !== undefined) column[at] = value;
  };
  counted.forEach(({ image, label, mu, logvar }, at) => {
    const p = softmax(mu);
    const top = argmax(mu);
    wrong[at] = Number(top !== label);
    votes[at] = disagreement.get(image) ?? NaN;
    put('entropy', at, entropy(p));
    put('margin', at, 1 - margin(p));
    put('confidence', at, 1 - (p[top] ?? 0));
    if (logvar === null) return;
    put('sigma', at, sigma(logvar[top] ?? 0));
    put('flip', at, flipProbability(mu, logvar));
  });
  return { scores, wrong, votes };
}

export const SCORE_NAMES: Readonly<Record<UncertaintyScore, string>> = {
  sigma: 'sigma',
  flip: 'the flip probability',
  entropy: 'the entropy of softmax(mu)',
  margin: 'the margin of softmax(mu)',
  confidence: 'the largest softmax(mu)',
};

const round = (value: number): string => value.toFixed(3);
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** The page's answer: does sigma find errors at all, and does it find more of them than mu alone? */
export function verdictOf(
  run: Pick<Run, 'vich'>,
  scores: readonly ScoreWorth[],
  errors: number,
): Pick<{ adds: boolean | null; verdict: string[] }, 'adds' | 'verdict'> {
  if (!run.vich)
    return { adds: null, verdict: ['This model has no VICH: it gives no sigma, so there is nothing to judge.'] };
  if (scores.length === 0) {
    const all = errors === 0 ? 'Every image here is predicted as labelled' : 'Every image here is predicted wrong';
    return { adds: null, verdict: [`${all}: there are no errors to tell from right answers.`] };
  }
  const verdict: string[] = [];
  let adds = false;
  for (const one of scores.filter(({ gain }) => gain !== null)) {
    const name = capital(SCORE_NAMES[one.score]);
    const [low, high] = one.aurocInterval ?? [0, 1];
    const within = `AUROC ${round(one.auroc)}, 95% interval ${round(low)} to ${round(high)}`;
    if (high < 0.5) {
      verdict.push(`${name} points the wrong way: errors have the smaller values (${within}).`);
      continue;
    }
    if (low <= 0.5) {
      verdict.push(`${name} is uninformative here: it may as well be a coin (${within}).`);
      continue;
    }
    const { gain } = one;
    if (gain === null) continue;
    const rival = SCORE_NAMES[gain.over];
    const [least, most] = gain.interval ?? [-1, 1];
    const by = `by ${round(Math.abs(gain.difference))}, interval ${round(least)} to ${round(most)}`;
    if (least > 0) {
      adds = true;
      verdict.push(`${name} finds errors (${within}) better than ${rival} does (${by}).`);
    } else if (most < 0) verdict.push(`${name} finds errors (${within}), but ${rival} finds them better (${by}).`);
    else
      verdict.push(
        `${name} finds errors (${within}), no better than ${rival} does (difference ${round(gain.difference)}, interval ${round(least)} to ${round(most)}).`,
      );
  }
  verdict.unshift(
    adds
      ? 'Yes: it tells something about errors here that mu alone does not.'
      : 'No: for finding errors, sigma adds nothing here to what mu alone tells.',
  );
  return { adds, verdict };
}
