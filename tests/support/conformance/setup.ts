// Runs before each test file. Every response that a test receives is compared with the published documents.
import { afterAll, afterEach } from '@jest/globals';
import type { Fetch } from '../styles.js';
import { takeViolations, validatingFetch } from './validate.js';

// Node's default. GraphQL reads the stack of each error, and jest maps up to a hundred frames of it to sources.
Error.stackTraceLimit = 10;

// The workers' flags (jest.config.js) are not meant for processes that a test starts.
delete process.env.NODE_OPTIONS;

globalThis.fetch = validatingFetch(globalThis.fetch as Fetch);

// Thrown here and not inside `fetch`, where a client under test might take it for a network error.
function failOnViolations(): void {
  const violations = takeViolations();
  if (violations.length > 0) throw new Error(`The documents do not describe:\n${violations.join('\n')}`);
}
afterEach(failOnViolations);
afterAll(failOnViolations);
