/** Named settings that training starts from. */
import { Preset } from '../../../src-shared/domain/run.ts';
import head from '../../../resources/presets/head.json' with { type: 'json' };
import quick from '../../../resources/presets/quick.json' with { type: 'json' };
import rafdb from '../../../resources/presets/rafdb.json' with { type: 'json' };
import rafdbOfficial from '../../../resources/presets/rafdb-official.json' with { type: 'json' };
import affectnet7 from '../../../resources/presets/affectnet7.json' with { type: 'json' };
import affectnet7Official from '../../../resources/presets/affectnet7-official.json' with { type: 'json' };
import affectnet8 from '../../../resources/presets/affectnet8.json' with { type: 'json' };
import affectnet8Official from '../../../resources/presets/affectnet8-official.json' with { type: 'json' };
import ferplus from '../../../resources/presets/ferplus.json' with { type: 'json' };
import ferplusOfficial from '../../../resources/presets/ferplus-official.json' with { type: 'json' };

const FILES = [
  quick,
  head,
  rafdb,
  rafdbOfficial,
  affectnet7,
  affectnet7Official,
  affectnet8,
  affectnet8Official,
  ferplus,
  ferplusOfficial,
];

/** In the order in which they are offered; checked, so that a typing error in a file is found at the first start. */
export const PRESETS: readonly Preset[] = FILES.map((file) => Preset.parse(file));
