/** Preferences of this person on this machine; kept in the browser's storage, never in a project. */
interface Stored {
  theme: 'dark' | 'light';
  singleKeys: boolean;
  tile: number;
  inspector: boolean;
  inspectorWidth: number;
  camOpacity: number;
  camBeside: boolean;
  /** One of CAM_METHODS. */
  camMethod: string;
  /** How the large view is laid out: one of LAYOUTS. */
  largeLayout: string;
  /** The nearest images are searched for and shown. */
  similar: boolean;
  vichFit: boolean;
  vichEqual: boolean;
  coachDismissed: boolean;
  /** Who labels on this page; '': the account that runs the workbench. */
  annotator: string;
  /** In triage: a decision goes on to the next image. */
  autoAdvance: boolean;
  triageVich: boolean;
  /** Keys that the person has changed, by binding id. */
  keys: Record<string, string>;
  /** Colours of classes that the person has changed, by "theme.class". */
  colours: Record<string, string>;
}

const DEFAULTS: Stored = {
  theme: 'dark',
  singleKeys: true,
  tile: 112,
  inspector: true,
  inspectorWidth: 320,
  camOpacity: 0.65,
  camBeside: true,
  camMethod: 'gradcam',
  largeLayout: 'picture',
  similar: false,
  vichFit: false,
  vichEqual: false,
  coachDismissed: false,
  annotator: '',
  autoAdvance: true,
  triageVich: true,
  keys: {},
  colours: {},
};
const KEY = 'poster-var.settings';

function load(): Stored {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(KEY) ?? '{}');
    if (typeof stored !== 'object' || stored === null) return { ...DEFAULTS };
    // Only known keys of the known type: an older or damaged entry must not break the page.
    const known = Object.entries(stored).filter(
      ([key, value]) => key in DEFAULTS && typeof value === typeof DEFAULTS[key as keyof Stored],
    );
    return { ...DEFAULTS, ...Object.fromEntries(known) };
  } catch {
    return { ...DEFAULTS };
  }
}

class Settings {
  #values = $state(load());

  get<K extends keyof Stored>(key: K): Stored[K] {
    return this.#values[key];
  }

  set<K extends keyof Stored>(key: K, value: Stored[K]): void {
    this.#values[key] = value;
    try {
      localStorage.setItem(KEY, JSON.stringify(this.#values));
    } catch {
      // Storage may be full or forbidden: the setting then lasts as long as the page.
    }
  }
}

export const settings = new Settings();
