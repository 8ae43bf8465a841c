import { classSet } from './class-set.ts';

/** SFEW 2.0 (A. Dhall, R. Goecke, S. Lucey, T. Gedeon, ICCV workshops 2011), the aligned faces. Its test labels were never given out. */
export const sfew = classSet({
  format: 'sfew',
  title: 'SFEW',
  splits: ['Train_Aligned_Faces', 'Val_Aligned_Faces'],
  classes: ['Angry', 'Disgust', 'Fear', 'Happy', 'Neutral', 'Sad', 'Surprise'],
});
