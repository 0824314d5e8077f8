import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type ServerProcess, startServer } from '../support/server-process.js';

/** Debian's Python, where apt-get installs graphql-core; elsewhere set `PYTHON_PATH`. */
const python = process.env.PYTHON_PATH ?? '/usr/bin/python3';
const support = path.resolve(import.meta.dirname, '../support');

let server: ServerProcess;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server?.stop());

/** Runs graphql-core against the server. @throws when it fails, with what it printed. */
async function validateInPython(documents: string): Promise<{ version: string; directives: string[]; errors: string[] }> {
  const client = spawn(python, [path.join(support, 'clients/graphql-core.py'), `${server.url}/graphql`]);
  client.stdin.end(documents);
  const [out, err] = await Promise.all([text(client.stdout), text(client.stderr), once(client, 'close')]);
  if (client.exitCode !== 0) throw new Error(`${python} failed; it needs Debian's python3-graphql-core:\n${err}`);
  return JSON.parse(out);
}

describe('a client with graphql-core (Python)', () => {
  test('builds its schema from the introspection result and validates our documents', async () => {
    const documents = await readFile(path.join(support, 'documents.graphql'), 'utf8');
    const { directives, errors } = await validateInPython(documents);
    expect(directives).toEqual(expect.arrayContaining(['include', 'skip', 'deprecated']));
    expect(errors).toEqual([]);
  });

  test('finds a field that the schema does not have', async () => {
    const { errors } = await validateInPython('{ me { passwordHash } }');
    expect(errors).toEqual([expect.stringContaining('passwordHash')]);
  });
});
