import js from '@eslint/js';
import importX, { createNodeResolver } from 'eslint-plugin-import-x';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import tseslint from 'typescript-eslint';

/** Which room may not look into which: imports go one way (docs/architecture.md). */
const zones = [
  { target: './src-shared', from: './src-main' },
  { target: './src-shared', from: './src-renderer' },
  { target: './src-renderer', from: './src-main' },
  { target: './src-main', from: './src-renderer' },
  { target: './src-shared/domain', from: './src-shared/contract' },
  { target: './src-main/services', from: './src-main/transport' },
  { target: './src-main/services', from: './src-main/handlers' },
  { target: './src-main/services', from: './src-main/commands' },
  { target: './src-main/services/engine', from: './src-main/services/store' },
  { target: './src-main/services/engine', from: './src-main/services/projects' },
  { target: './src-main/services/engine', from: './src-main/services/runs' },
  { target: './src-main/services/engine/model', from: './src-main/services/engine/runtime' },
  { target: './src-main/services/engine/model', from: './src-main/services/engine/trace' },
  { target: './src-main/services/engine/trace', from: './src-main/services/engine/runtime' },
  { target: './src-main/services/engine/trace', from: './src-main/services/engine/model' },
  { target: './src-main/services/store', from: './src-main/services/engine' },
].map((zone) => ({ ...zone, message: 'Imports go one way: see docs/architecture.md.' }));

export default tseslint.config(
  { ignores: ['out/', 'node_modules/', 'coverage/', '.cache/'] },
  js.configs.recommended,
  ...tseslint.configs.recommendedTypeChecked.map((config) => ({ ...config, files: ['**/*.ts', '**/*.svelte'] })),
  ...svelte.configs.recommended,
  {
    plugins: { 'import-x': importX },
    settings: {
      'import-x/resolver-next': [createNodeResolver({ extensions: ['.ts', '.svelte', '.js', '.mjs'] })],
      'import-x/extensions': ['.ts', '.js', '.mjs'],
      'import-x/parsers': { '@typescript-eslint/parser': ['.ts'] },
      'import-x/ignore': ['node_modules'],
    },
    rules: {
      'import-x/no-cycle': ['error', { ignoreExternal: true }],
      'import-x/no-restricted-paths': ['error', { zones }],
      'max-lines': ['error', { max: 400 }],
      eqeqeq: 'error',
    },
  },
  {
    files: ['**/*.ts', '**/*.svelte', '**/*.svelte.ts'],
    languageOptions: {
      parserOptions: {
        parser: tseslint.parser,
        extraFileExtensions: ['.svelte'],
        project: ['./src-*/tsconfig.json', './test/tsconfig.json', './tsconfig.tools.json'],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/ban-ts-comment': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'no-undef': 'off',
    },
  },
  { files: ['src-renderer/**'], languageOptions: { globals: globals.browser } },
  { files: ['scripts/**', '*.js'], languageOptions: { globals: globals.node } },
  {
    // Only the wrapped channel may talk to Electron's IPC, and only the thin desktop layer knows Electron at all.
    files: ['src-main/services/**', 'src-main/handlers/**', 'src-main/commands/**', 'src-shared/**', 'src-renderer/**'],
    rules: { 'no-restricted-imports': ['error', { paths: ['electron'] }] },
  },
);
