// Renderer and desktop bundles into out/, where the sources changed.
import { ensureBuilt, ensureInstalled } from './lib/environment.mjs';

ensureInstalled();
ensureBuilt();
