import { defineConfig } from 'vitest/config';

/** Browser tests: the web host and a real Chromium. One file at a time, for each drives a host of its own. */
export default defineConfig({
  test: {
    include: ['test/e2e/**/*.test.ts'],
    globalSetup: ['test/e2e/global-setup.ts'],
    // A busy machine takes its time; what is there is seen at once.
    expect: { poll: { timeout: 20_000 } },
    testTimeout: 120_000,
    hookTimeout: 300_000,
    // A browser starved of its processor can lose a race that no user would run; the report marks what needed its second go.
    retry: 1,
    pool: 'forks',
    fileParallelism: false,
    passWithNoTests: true,
  },
});
