/** A passport as a person reads it. Pure. */
import type { Passport, SplitFacts } from '../../../src-shared/domain/passport.ts';
import { bestEpochText } from '../../../src-shared/domain/run.ts';
import { count, percent } from '../../text/format.ts';
import { clock, when } from '../../text/time.ts';

export interface PassportFact {
  readonly name: string;
  readonly text: string;
  readonly hash: string | null;
}

export function settingText(value: unknown): string {
  if (value === null || value === undefined || value === '') return '–';
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

export function passportFacts(passport: Passport): PassportFact[] {
  const { model, preset, settings, data, parents, environments, time, best, checkpoint, device } = passport;
  const fact = (name: string, text: string, hash: string | null = null): PassportFact => ({ name, text, hash });
  const split = ({ split: name, images, hash }: SplitFacts): PassportFact =>
    fact(name, `${count(images)} images`, hash);
  return [
    fact('Model', `${model.size}, ${model.classes.length} classes${model.vich ? ', VICH' : ''}`),
    preset === null
      ? fact('Preset', `${settingText(settings['preset'])}, not known any more`)
      : fact('Preset', `${preset.name}, ${preset.differences.length} of its settings changed`, preset.sha256),
    fact('Seed', settingText(settings['seed'])),
    fact('Device', device),
    ...(data === null
      ? [fact('Data', 'not known any more')]
      : [
          fact(
            'Data',
            `${data.dataset}${data.version === null ? ', labels of its start' : `@${data.version}`}`,
            data.contentHash,
          ),
          split(data.train),
          split(data.val),
        ]),
    ...parents.map(({ name, sha256 }, at) => fact(at === 0 ? 'Began from' : `Began from, ${at + 1}`, name, sha256)),
    fact(
      'Time',
      `${clock(time.process)} of work${time.wall === null ? '' : `, ${clock(time.wall)} from start to end`}`,
    ),
    fact('Began, ended', `${when(time.startedAt)}, ${when(time.endedAt)}`),
    ...environments.map((one, at) =>
      fact(
        at === 0 ? 'Versions' : `Versions, ${at + 1}`,
        `workbench ${one.workbench}, ONNX Runtime ${one.onnxruntime}, TensorFlow.js ${one.tensorflow}, Node ${one.node}; ${one.platform}, ${one.processor}`,
      ),
    ),
    fact('Best', best === null ? '–' : `${percent(best.value)} ${bestEpochText(best)}`),
    fact('Checkpoint', checkpoint === null ? 'none' : '', checkpoint),
  ];
}
