import { randomBytes } from 'node:crypto';
import { afterAll } from '@jest/globals';
import { pino } from 'pino';
import { type App, createApp } from '../../src/app.js';
import { type Config, readConfig } from '../../src/config.js';
import { validatingFetch } from './conformance/validate.js';
import { databaseKind, openTestDatabase, type TestDatabase } from './databases.js';
import { fetchInProcess } from './in-process.js';
import { type Fetch, restStyle } from './styles.js';

export const testSecret = 'tests-sign-with-this-and-nothing-else-does';

/** A configuration for tests: no rate limits, so that many may come from one address, and no load shedding: the machine may be busy. */
export const testConfig = (settings: Record<string, string> = {}): Config =>
  readConfig({
    NODE_ENV: 'test',
    BETTER_AUTH_SECRET: testSecret,
    RATE_LIMIT: 'off',
    OVERLOAD_DELAY: 'off',
    API_HOST: '127.0.0.1',
    API_PORT: '0',
    ...settings,
  });

/** The app in this process, over a database of its own. */
export interface TestApp extends TestDatabase {
  readonly app: App;
  readonly fetch: Fetch;
  /** What the app logged, parsed. */
  readonly lines: Record<string, unknown>[];
  close(): Promise<void>;
}

/** Asks an app in this process. Every answer is held against the documents. */
export const fetchOf = ({ server }: App): Fetch => validatingFetch((url, init) => fetchInProcess(server, url as string, init));

/** Makes the app. @param settings variables of the environment. */
export async function openTestApp(settings: Record<string, string> = {}, kind = databaseKind): Promise<TestApp> {
  const lines: Record<string, unknown>[] = [];
  const log = pino({ level: 'debug', base: undefined }, { write: (line: string) => lines.push(JSON.parse(line)) });
  const database = await openTestDatabase(kind, log);
  const app = await createApp(testConfig(settings), { log, db: database.db });
  return {
    ...database,
    app,
    lines,
    fetch: fetchOf(app),
    close: database.drop,
  };
}

/** The app with its default settings for all tests of a file: their people keep them apart. It closes after the last of them. */
export async function sharedApp(): Promise<TestApp> {
  const app = await openTestApp();
  afterAll(app.close);
  return app;
}

/** A signed-in person. */
export interface Person {
  readonly id: string;
  readonly email: string;
  readonly password: string;
  readonly token: string;
  readonly refreshToken: string;
}

export const password = 'correct horse battery';

/** Signs a new person up, so that no test sees another's rows. */
export async function newPerson({ fetch }: Pick<TestApp, 'fetch'>): Promise<Person> {
  const email = `${randomBytes(8).toString('hex')}@example.com`;
  const { value, code, message } = await restStyle.call(fetch, 'signup', { input: { email, password, name: 'Ada' } });
  if (code) throw new Error(`A new person cannot sign up: ${code}, ${message}`);
  const {
    access_token: token,
    refresh_token: refreshToken,
    user,
  } = value as {
    access_token: string;
    refresh_token: string;
    user: { id: string };
  };
  return { id: user.id, email, password, token, refreshToken };
}

/** What an app logged while something ran, parsed. */
export async function linesOf(
  { lines }: Pick<TestApp, 'lines'>,
  run: () => Promise<unknown>,
): Promise<Record<string, unknown>[]> {
  const before = lines.length;
  await run();
  return lines.slice(before);
}
