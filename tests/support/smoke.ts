import { newPerson } from './app.js';
import { type Arguments, type Fetch, type Operation, styles } from './styles.js';

/** Texts that a change of encoding, escaping or null handling would alter. */
const title = `Ünï ΟΔΟΣ "q" 'a' \\n \\\\ {NULL}`;

/**
 * Calls the operations of a person and their tasks in both styles, with concurrent writes and keys that are sent again.
 * @returns what was answered, with ids, emails and the times of just now replaced, so that the answers of two databases can be compared.
 */
export async function smokeAnswers(fetch: Fetch): Promise<unknown[]> {
  const answers: unknown[] = [];
  for (const style of styles) {
    const { token, id, email } = await newPerson({ fetch });
    const call = async (operation: Operation, args: Arguments = {}) => {
      const { headers: _, ...outcome } = await style.call(fetch, operation, args, token);
      answers.push([style.name, operation, normalize(outcome, { [id]: 'USER', [email]: 'EMAIL' })]);
      return outcome.value as { id: number };
    };
    const first = await call('createTask', { input: { title, description: null } });
    await call('createTask', { input: { title: 'keyed', description: 'NULL' }, idempotencyKey: 'a' });
    await call('createTask', { input: { title: 'keyed', description: 'NULL' }, idempotencyKey: 'a' });
    // Several keys share a statement.
    await Promise.all(
      [null, 'NULL', 'b'].map((description) => style.call(fetch, 'createTask', { input: { title: 'many', description } }, token)),
    );
    await call('task', { id: first.id });
    await call('toggleTask', { id: first.id });
    await call('updateTask', { id: first.id, input: { title: `${title}!`, status: 'Pending' } });
    await call('tasks', { search: 'οδος', sort: 'title', limit: 2 });
    await call('tasks', { status: 'Pending', sort: '-created_at' });
    await call('deleteTask', { id: first.id });
    await call('task', { id: first.id });
    await call('me');
    await call('updateMe', { input: { name: 'Ada \\ L.' } });
    await call('databaseHealth');
  }
  return answers;
}

/** How far from now the time of a row may be that was just written, in milliseconds. */
const justNowMs = 60_000;

function normalize(value: unknown, names: Record<string, string>, key = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => normalize(item, names));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, normalize(item, names, name)]));
  }
  if (key === 'id' && names[String(value)] === undefined) return typeof value;
  if (key === 'latency_ms') return typeof value;
  if (/_at$/.test(key)) return isJustNow(value) ? 'NOW' : value;
  return names[String(value)] ?? value;
}

const isJustNow = (value: unknown): boolean =>
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(String(value)) && Math.abs(Date.parse(String(value)) - Date.now()) < justNowMs;
