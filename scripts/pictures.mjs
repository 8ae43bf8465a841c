#!/usr/bin/env node
// `npm run pictures [-- SCENE...]`: test/e2e/pictures.ts, run from source under Node 24, on the renderer as it is built.
import { join } from 'node:path';
import { ensureBuilt, ensureInstalled, node24, root, run } from './lib/environment.mjs';

ensureInstalled();
ensureBuilt();
process.exitCode = await run(node24, [join(root, 'test', 'e2e', 'pictures.ts'), ...process.argv.slice(2)]);
