/** Named settings that training starts from. */
import { Preset } from '../../../src-shared/domain/run.ts';
import quick from '../../../resources/presets/quick.json' with { type: 'json' };
import rafdb from '../../../resources/presets/rafdb.json' with { type: 'json' };

/** In the order in which they are offered; checked, so that a typing error in a file is found at the first start. */
export const PRESETS: readonly Preset[] = [quick, rafdb].map((file) => Preset.parse(file));
