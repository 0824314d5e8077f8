import assert from 'node:assert/strict';
import { snakeCase } from '../src/rest/names.js';
import type { Person } from './data.js';
import { nextRequest } from './load.js';
import type { OperationName, Style } from './workload.js';

/** An answer of either style, fields spelled as REST spells them. */
type Answer = Record<string, unknown> | null;

const asRest = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(asRest);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [snakeCase(name), asRest(each)]));
};

/**
 * Holds a subject's answers against what they must be, before anything is measured: a fast wrong answer is worth nothing.
 * @param people whose first two nobody has checked with yet: one task is made.
 * @throws AssertionError
 */
export async function check(url: string, style: Style, [ada, bob]: readonly Person[]): Promise<void> {
  assert(ada && bob);
  const ask = async (operation: OperationName, person: Person, token = person.token): Promise<Answer> => {
    const { method, path, headers, body } = nextRequest(style, { [operation]: 1 }, [person]);
    const response = await fetch(url + path, { method, headers: { ...headers, authorization: `Bearer ${token}` }, body });
    const answer = (await response.json()) as { data?: Record<string, unknown> };
    if (style === 'rest') return response.ok ? (answer as Answer) : null;
    return asRest(Object.values(answer.data ?? {})[0] ?? null) as Answer;
  };
  const page = (await ask('list', ada)) as { data: { user_id: string }[]; count: number; total: number };
  assert.deepEqual([page.count, page.total, page.data.length], [20, ada.taskIds.length, 20]);
  assert(page.data.every((task) => task.user_id === ada.id));
  assert.equal((await ask('get', ada))?.user_id, ada.id);
  assert.equal((await ask('create', ada))?.user_id, ada.id);
  const before = String((await ask('get', { ...ada, taskIds: ada.taskIds.slice(0, 1) }))?.status).toUpperCase();
  const after = String((await ask('toggle', { ...ada, taskIds: ada.taskIds.slice(0, 1) }))?.status).toUpperCase();
  assert.deepEqual([before, after].sort(), ['COMPLETED', 'PENDING']);
  assert.equal(await ask('get', { ...bob, taskIds: ada.taskIds }), null, 'another person’s task was answered');
  assert.equal(await ask('get', ada, `${ada.token.slice(0, -6)}forged`), null, 'a forged token was taken');
}
