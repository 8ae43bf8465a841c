import { classSet } from './class-set.ts';

/** CAER-S (J. Lee, S. Kim, S. Kim, J. Park, K. Sohn, ICCV 2019): frames of television series, faces and what is around them. */
export const caers = classSet({
  format: 'caers',
  title: 'CAER-S',
  splits: ['train', 'test'],
  classes: ['Anger', 'Disgust', 'Fear', 'Happy', 'Neutral', 'Sad', 'Surprise'],
});
