/** Class-activation maps at conv3: what each shows, told in a sentence, and where it comes from. */
import { z } from 'zod';

export const CAM_METHODS = ['gradcam', 'gradcam++', 'hirescam', 'logvar'] as const;
export const CamMethod = z.enum(CAM_METHODS);
export type CamMethod = z.infer<typeof CamMethod>;

export interface CamFace {
  readonly title: string;
  /** What a person reads beside it in the menu. */
  readonly sentence: string;
  readonly source: string;
}

export const CAM_FACES: Readonly<Record<CamMethod, CamFace>> = {
  gradcam: {
    title: 'Grad-CAM',
    sentence: 'What speaks for the class: channels weighted by their mean gradient.',
    source: 'Selvaraju et al. 2017',
  },
  'gradcam++': {
    title: 'Grad-CAM++',
    sentence: 'The same with weights that also find several small places.',
    source: 'Chattopadhyay et al. 2018',
  },
  hirescam: {
    title: 'HiResCAM',
    sentence: 'Gradient times activation, place by place: nothing that the class did not use.',
    source: 'Draelos and Carin 2020',
  },
  logvar: {
    title: 'Uncertainty',
    sentence: 'What makes it unsure: Grad-CAM of the class’s log-variance.',
    source: 'Selvaraju et al. 2017, applied to logvar',
  },
};

/** "Grad-CAM for Fear", "Uncertainty of Fear". @param name of the class. */
export function camTitle(method: CamMethod, name: string): string {
  return `${CAM_FACES[method].title} ${method === 'logvar' ? 'of' : 'for'} ${name}`;
}
