import { defineConfig } from 'vitest/config';
import { svelte } from '@sveltejs/vite-plugin-svelte';

/** Unit and parity tests: no browser, no build. Browser tests have a configuration of their own (vitest.e2e.config.ts). */
export default defineConfig({
  plugins: [svelte()],
  test: {
    include: ['test/{unit,parity,plots}/**/*.test.ts'],
    testTimeout: 60_000,
    pool: 'forks',
    maxWorkers: 2,
  },
});
