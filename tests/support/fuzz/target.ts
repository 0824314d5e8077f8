import { newPerson, openTestApp, type Person, type TestApp } from '../app.js';
import { takeViolations } from '../conformance/validate.js';
import { forge } from '../forge.js';
import { restStyle } from '../styles.js';
import type { FuzzRequest } from './request.js';

/** An app with the people and the rows that fuzzed requests are about: always the same, so that a line can be replayed. */
export interface FuzzTarget {
  /** Sends a request. @returns the body. @throws when what comes back is no answer that anybody may get. */
  send(request: FuzzRequest): Promise<string>;
  /** Puts Ada's tasks, 1 to 5, and Bob's, 6 to 8, back where they were. */
  reset(): Promise<void>;
  close(): Promise<void>;
}

/** What no answer holds: a stack, SQL, Prisma's words, a path of this machine. */
const secrets =
  /\n\s+at |node_modules|file:\/\/|\.[jt]s:\d|\/(?:src|dist|home|root|usr)\/|\bprisma|\bSELECT\b.*\bFROM\b|\bINSERT INTO\b|\bpg_\w|relation "|syntax error at or|violates \w+ constraint|ECONN|invalid byte sequence/i;

/** What the product says when it did not foresee something. */
const unforeseen = /"(?:INTERNAL_SERVER_ERROR|TIMEOUT|SERVICE_UNAVAILABLE)"/;

const tasksOf = `INSERT INTO tasks (id, user_id, title) SELECT n, $1, 'Task ' || n FROM generate_series($2::int, $3::int) n
  ON CONFLICT (id) DO UPDATE SET user_id = excluded.user_id`;

/** Opens the app. */
export async function openFuzzTarget(): Promise<FuzzTarget> {
  const app = await openTestApp();
  const bob = await newPerson(app);
  let ada = await newPerson(app);
  const stale = forge({ sub: ada.id, sid: 'gone' });
  await app.db.query("SELECT setval('tasks_id_seq', 100)", []);
  const reset = async () => {
    await app.db.query(tasksOf, [ada.id, 1, 5]);
    await app.db.query(tasksOf, [bob.id, 6, 8]);
  };
  return {
    reset,
    close: app.close,
    send: async ({ method, target, asker, headers, body }) => {
      app.lines.length = 0;
      const token = { ada: ada.token, stale, nobody: undefined }[asker];
      const authorization: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {};
      const response = await app.fetch(target, { method, headers: { ...headers, ...authorization }, body: body as never });
      const text = await response.text();
      const [violation] = takeViolations();
      if (violation) throw new Error(`The documents do not describe:\n${violation}`);
      checkAnswer(response, `${[...response.headers].join('\n')}\n${text}`, app);
      if (method !== 'GET' && !(await isIn(app, ada))) {
        ada = await newPerson(app);
        await reset();
      }
      return text;
    },
  };
}

function checkAnswer({ status }: Response, text: string, { lines }: TestApp): void {
  const log = lines.filter(({ level }) => Number(level) >= 50).map((line) => JSON.stringify(line));
  if (status >= 500 || unforeseen.test(text) || log.length > 0)
    throw new Error(`It was answered with ${status}, and the log says ${log.join('\n')}\n${text.slice(0, 2000)}`);
  const leak = secrets.exec(text);
  if (leak) throw new Error(`The answer holds ${JSON.stringify(leak[0])}:\n${text.slice(0, 2000)}`);
}

/** Whether a request did not end somebody's session, or the account. */
const isIn = async ({ fetch }: TestApp, { token }: Person): Promise<boolean> =>
  (await restStyle.call(fetch, 'me', {}, token)).code === undefined;
