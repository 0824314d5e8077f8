// Before each test file: every answer that a test gets is held against the documents, whichever way it comes.
import { afterAll, afterEach } from '@jest/globals';
import type { Fetch } from '../styles.js';
import { heldFetch, takeUndescribed } from './hold.js';

// Node's own limit. GraphQL reads each refusal's stack, and jest looks up a hundred frames of it in source maps.
Error.stackTraceLimit = 10;

// The workers' flags (jest.config.js) are not for the processes that a test starts.
delete process.env.NODE_OPTIONS;

globalThis.fetch = heldFetch(globalThis.fetch as Fetch);

// Not thrown where it is found: a client under test might take it for an answer of its own.
function refuseUndescribed(): void {
  const found = takeUndescribed();
  if (found.length > 0) throw new Error(`The documents do not describe:\n${found.join('\n')}`);
}
afterEach(refuseUndescribed);
afterAll(refuseUndescribed);
