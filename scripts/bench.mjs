#!/usr/bin/env node
// `npm run bench`: test/bench/start.ts, run from source under Node 24.
import { join } from 'node:path';
import { ensureInstalled, node24, root, run } from './lib/environment.mjs';

ensureInstalled();
process.exitCode = await run(node24, [join(root, 'test', 'bench', 'start.ts'), ...process.argv.slice(2)]);
