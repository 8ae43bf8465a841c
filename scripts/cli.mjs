#!/usr/bin/env node
// The command line: src-main/cli.ts, run from source under Node 24. `serve` needs the built renderer, nothing else does.
import { join } from 'node:path';
import { ensureBuilt, ensureInstalled, node24, root, run } from './lib/environment.mjs';

ensureInstalled();
const args = process.argv.slice(2);
if (args[0] === 'serve' && !args.includes('--help')) ensureBuilt();
process.exitCode = await run(node24, [join(root, 'src-main', 'cli.ts'), ...args], { cwd: process.cwd() });
