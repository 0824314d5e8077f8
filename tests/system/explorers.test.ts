import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { exampleAccount } from '../../src/accounts/examples.js';
import { openBrowser, type TestBrowser } from '../support/browser.js';
import { openTab, operationNames, run, signIn, tabTitles } from '../support/graphiql.js';
import { runScript } from '../support/script.js';
import { copyDataDir, type ServerProcess, startServer } from '../support/server-process.js';
import { authorize, type DocumentedOperation, documentedOperations, execute, openOperation } from '../support/swagger-ui.js';

// Some forty presses, each of which renders a page.
jest.setTimeout(300_000);

interface Account {
  readonly email: string;
  readonly password: string;
}

/** A running server, and whose tasks the examples are tried with. */
interface Scenario {
  readonly server: ServerProcess;
  readonly taskOwner: Account;
  stop(): Promise<void>;
}

async function freshStart(): Promise<Scenario> {
  const server = await startServer();
  return { server, taskOwner: exampleAccount, stop: async () => void (await server.stop()) };
}

async function afterSeed(): Promise<Scenario> {
  const folder = await mkdtemp(path.join(tmpdir(), 'tandem-explorers-'));
  await copyDataDir(folder);
  const { out } = await runScript('db:seed', '', { DATA_DIR: folder });
  const [, email = '', password = ''] = /Sign in with (\S+) and the password (\S+)/.exec(out) ?? [];
  const server = await startServer({ DATA_DIR: folder });
  const stop = async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  };
  return { server, taskOwner: { email, password }, stop };
}

/** The statuses of two presses on Execute, where the second or both are not the documented success. */
const statuses: Readonly<Record<string, readonly [number, number]>> = {
  // The email has an account by then.
  signup: [201, 409],
  // The example is not a token of any session; the real one is tried below.
  refresh: [401, 401],
  // The examples were mailed to nobody.
  resetPassword: [401, 401],
  confirmEmail: [401, 401],
  // The examples are not of this account; the ids of its own are not known beforehand.
  revokeApiToken: [404, 404],
  revokeSession: [404, 404],
  // The session, the task and the account no longer exist.
  logout: [204, 401],
  deleteTask: [204, 404],
  deleteMe: [204, 401],
};

/** These end the session, so they come last, each with a session of its own. */
const endsSession = ['logout', 'deleteMe'];

/** The order in which a person can try the operations: sign up, create, read, change, delete. */
const byDependency = (operations: readonly DocumentedOperation[]): DocumentedOperation[] => {
  const rank = ({ operationId, isPublic, method }: DocumentedOperation) =>
    isPublic ? -1 : endsSession.indexOf(operationId) * 10 + ['POST', 'GET', 'PUT', 'PATCH', 'DELETE'].indexOf(method) + 20;
  return [...operations].sort((a, b) => rank(a) - rank(b));
};

/** The error codes of two runs in GraphiQL, where the second is not a success. */
const codes: Readonly<Record<string, readonly [undefined, string]>> = { SignUp: [undefined, 'CONFLICT'] };

let browser: TestBrowser;
let scenario: Scenario;

async function accessToken({ email, password }: Account): Promise<string> {
  const response = await fetch(`${scenario.server.url}/api/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password }),
  });
  return ((await response.json()) as { access_token: string }).access_token;
}

async function executeTwice(page: Page, operation: DocumentedOperation): Promise<void> {
  const { operationId, success } = operation;
  if (endsSession.includes(operationId)) await authorize(page, await accessToken(exampleAccount));
  const block = await openOperation(page, operation);
  const [first, second] = [await execute(page, block, operation), await execute(page, block, operation)];
  expect([operationId, first.status, second.status]).toEqual([operationId, ...(statuses[operationId] ?? [success, success])]);
  for (const name of ['if-match', 'if-none-match', 'idempotency-key']) expect(first.requestHeaders).not.toHaveProperty(name);
  await block.locator('.opblock-summary-control').click();
}

describe.each([
  ['on a fresh start', freshStart],
  ['after db:seed', afterSeed],
])('the explorers %s', (_, start) => {
  beforeEach(async () => {
    scenario = await start();
    browser = await openBrowser(scenario.server.port);
  });
  afterEach(async () => {
    await browser?.close();
    await scenario?.stop();
  });

  test('GraphiQL runs every example operation twice as prefilled', async () => {
    await browser.visit('/graphql', async (page) => {
      let token = '';
      for (const title of await tabTitles(page)) {
        await openTab(page, title);
        // Its example says so.
        if (title === 'CreateTask') await signIn(page, token);
        for (const name of await operationNames(page, title)) {
          const [first, second] = [await run(page, name), await run(page, name)];
          token = String((first.data?.signup ?? first.data?.login)?.accessToken ?? token);
          const seen = [first, second].map(({ errors }) => errors?.[0]?.extensions.code);
          expect([name, ...seen]).toEqual([name, ...(codes[name] ?? [undefined, undefined])]);
        }
      }
      expect(token).not.toBe('');
    });
  });

  test('Swagger UI executes every operation twice as prefilled', async () => {
    const look = async (page: Page) => {
      const operations = byDependency(await documentedOperations(scenario.server.url));
      await page.locator('.opblock').first().waitFor();
      expect(await page.locator('.opblock').count()).toBe(operations.length);
      for (const operation of operations.filter(({ isPublic }) => isPublic)) await executeTwice(page, operation);
      await authorize(page, await accessToken(scenario.taskOwner));
      for (const operation of operations.filter(({ isPublic }) => !isPublic)) await executeTwice(page, operation);
    };
    await browser.visit('/docs', look, { expectsErrorResponses: true });
  });

  test('Swagger UI refreshes the session that it signed up', async () => {
    await browser.visit('/docs', async (page) => {
      const operations = await documentedOperations(scenario.server.url);
      const [signup, refresh] = ['signup', 'refresh'].map((id) => operations.find(({ operationId }) => operationId === id));
      if (!signup || !refresh) throw new Error('The document has no signup or no refresh');
      const { body } = await execute(page, await openOperation(page, signup), signup);
      const block = await openOperation(page, refresh);
      await block.locator('textarea').fill(JSON.stringify({ refresh_token: body?.refresh_token }));
      expect(await execute(page, block, refresh)).toMatchObject({ status: 200, body: { token_type: 'Bearer' } });
    });
  });
});
