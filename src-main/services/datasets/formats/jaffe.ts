import { namedFiles } from './named-files.ts';

const CLASSES: Readonly<Record<string, string>> = {
  AN: 'anger',
  DI: 'disgust',
  FE: 'fear',
  HA: 'happiness',
  NE: 'neutral',
  SA: 'sadness',
  SU: 'surprise',
};

/** JAFFE (M. Lyons, S. Akamatsu, M. Kamachi, J. Gyoba, FG 1998): subject, class and number of the pose, number of the picture. */
export const jaffe = namedFiles('jaffe', 'JAFFE', 'KA.AN1.39.tiff', (name) => {
  const [, subject, code, pose] = /^([A-Z]{2})\.(AN|DI|FE|HA|NE|SA|SU)(\d+)\.\d+\.[a-z]+$/i.exec(name) ?? [];
  if (subject === undefined || code === undefined) return null;
  return {
    rawLabel: CLASSES[code.toUpperCase()] ?? code,
    attributes: { subject: subject.toUpperCase(), pose: Number(pose) },
  };
});
