import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Outgoing, outgoing } from './client.js';
import type { Person } from './data.js';
import { loginRequest } from './load.js';

/** The longest that an ended session may live on in another process, in milliseconds. */
const endedWithinMs = 1_000;

/**
 * Holds processes on one database against each other: what is written through one is seen through all others, and a session
 * that ends on one ends on all.
 * @param person somebody with a password.
 * @throws AssertionError
 */
export async function checkTogether(urls: readonly string[], person: Person): Promise<void> {
  for (const here of urls)
    for (const there of urls.filter((url) => url !== here)) {
      await checkWrite(here, there, person.token);
      await checkLogout(here, there, person);
    }
}

async function checkWrite(here: string, there: string, token: string): Promise<void> {
  const body = JSON.stringify({ title: 'Seen from everywhere' });
  const made = await ask(here, outgoing({ method: 'POST', path: '/api/tasks', body }, token));
  const path = `/api/tasks/${made.answer.id}`;
  const read = (url: string) => ask(url, outgoing({ method: 'GET', path }, token));
  assert.deepEqual((await read(there)).answer, made.answer, 'a task is not what it is on the process that made it');
  const toggled = await ask(there, outgoing({ method: 'PATCH', path: `${path}/complete` }, token));
  assert.deepEqual((await read(here)).answer, toggled.answer, 'a change is not seen where the task was made');
}

async function checkLogout(here: string, there: string, person: Person): Promise<void> {
  const { answer } = await ask(here, loginRequest('rest', person));
  const token = String(answer.access_token);
  const me = async (url: string) => (await ask(url, outgoing({ method: 'GET', path: '/api/auth/me' }, token))).status;
  assert.deepEqual([await me(here), await me(there)], [200, 200], 'a session is not known everywhere');
  await ask(here, outgoing({ method: 'POST', path: '/api/auth/logout' }, token));
  assert.equal(await me(here), 401, 'a session lives on where it ended');
  await sleep(endedWithinMs);
  assert.equal(await me(there), 401, 'a session lives on where it did not end');
}

async function ask(url: string, { method, path, headers, body }: Outgoing) {
  const response = await fetch(url + path, { method, headers, body });
  const text = await response.text();
  return { status: response.status, answer: (text ? JSON.parse(text) : {}) as Record<string, unknown> };
}
