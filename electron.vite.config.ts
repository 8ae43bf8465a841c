import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'electron-vite';

/**
 * Three bundles. The main process and the engine process load packages from node_modules (native parts among them, external
 * by default); a sandboxed preload script can load nothing, so it is one CommonJS file with all it needs.
 */
export default defineConfig({
  main: {
    build: {
      outDir: 'out/main',
      rolldownOptions: {
        input: {
          desktop: 'src-main/desktop.ts',
          engine: 'src-main/services/engine/process/main.ts',
          'square-worker': 'src-main/services/images/square-worker.ts',
          statistics: 'src-main/services/statistics/thread.ts',
          queries: 'src-main/services/queries/thread.ts',
          reader: 'src-main/services/engine/process/reader.ts',
        },
      },
    },
  },
  preload: {
    build: {
      outDir: 'out/preload',
      externalizeDeps: false,
      rolldownOptions: {
        input: { preload: 'src-main/preload.ts' },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: 'src-renderer',
    plugins: [svelte()],
    build: {
      outDir: 'out/renderer',
      rolldownOptions: { input: 'src-renderer/index.html' },
    },
  },
});
