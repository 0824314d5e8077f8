// Jest loads ES modules through node:vm, which Node offers behind this flag. A worker reads it when it starts, so that
// `npx jest FILE` and an editor's runner need no settings; `jest -i`, which has no workers, is to be given it on its command line.
// Jest would print Node's warning about it once for each worker.
const nodeOptions = '--experimental-vm-modules --disable-warning=ExperimentalWarning';
process.env.NODE_OPTIONS = [process.env.NODE_OPTIONS, nodeOptions].filter(Boolean).join(' ');

const common = {
  // The sources are among them for watch mode: it finds the tests of a changed file by what they import.
  roots: ['src', 'tests'],
  testEnvironment: 'node',
  setupFilesAfterEnv: ['./tests/support/conformance/setup.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  resolver: './tests/support/package-resolver.cjs',
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'es6' }, sourceMaps: 'inline' },
    ],
  },
};

// What promises the same on both databases is tested on both; what does not touch the difference, on PostgreSQL alone.
export default {
  testTimeout: 60_000,
  // One worker less than cores is jest's default: on two cores that would leave one idle.
  maxWorkers: 2,
  // A process with a larger heap takes longer to end than the half second that jest waits before it complains. The setting
  // also makes jest start a worker for a single file.
  workerIdleMemoryLimit: '400MB',
  projects: [
    {
      ...common,
      displayName: 'postgresql',
      testMatch: ['<rootDir>/tests/**/*.test.ts'],
      testPathIgnorePatterns: ['/tests/system/'],
      globals: { databaseKind: 'postgresql' },
    },
    {
      ...common,
      displayName: 'embedded',
      testMatch: ['<rootDir>/tests/behaviour/**/*.test.ts'],
      globals: { databaseKind: 'embedded' },
    },
    {
      ...common,
      displayName: 'system',
      testMatch: ['<rootDir>/tests/system/**/*.test.ts'],
      globals: { databaseKind: 'embedded' },
    },
  ],
  globalSetup: './tests/support/start-databases.js',
  globalTeardown: './tests/support/stop-databases.js',
  coverageProvider: 'babel',
  collectCoverageFrom: ['src/**/*.ts', '!src/generated/**'],
  // What runs in a process of its own (main.ts, the log's output, start-up errors) is tested, but not counted.
  coverageThreshold: { global: { lines: 90, branches: 84 } },
  coverageReporters: ['text-summary'],
};
