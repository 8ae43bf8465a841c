/** How to get each view, dialog and empty state of the workbench onto the screen. In order: later scenes build on earlier ones. */
import { DATA } from './scenes/data.ts';
import { FACES } from './scenes/faces.ts';
import { RUNS } from './scenes/runs.ts';
import type { Scene } from './scenes/scene.ts';
import { TRAINING } from './scenes/training.ts';

export const SCENES: readonly Scene[] = [...FACES, ...DATA, ...TRAINING, ...RUNS];
