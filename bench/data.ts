import { createHash } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { hashPassword } from '../src/accounts/passwords/passwords.js';
import { run } from './database.js';

/** A person of the benchmark: who they are, what they show, and which tasks are theirs. */
export interface Person {
  readonly id: string;
  readonly email: string;
  readonly token: string;
  readonly taskIds: readonly number[];
}

/** Signs the tokens of every subject. */
export const secret = 'of-the-benchmark-alone-8c1f40d27be96a35';
const tasksEach = 100;
const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

/** People numbered from 1, each signed in, in place of whoever was there. */
export const signedInPeople = (count: number): string => `
  TRUNCATE users CASCADE;
  INSERT INTO users (id, email, name)
    SELECT 'user_' || md5('user' || n), 'user' || n || '@bench.test', 'User ' || n FROM generate_series(1, ${count}) n;
  INSERT INTO sessions (id, user_id, expires_at)
    SELECT md5('session' || n), 'user_' || md5('user' || n), now() + interval '1 day' FROM generate_series(1, ${count}) n;`;

/** Text of usual length, as an SQL expression over a task's number `t`. */
export const usualText = `'What there is to do in task ' || t || ', in a sentence of usual length.'`;

/** A person's tasks lie all over the table, as in one that grew over time. */
const seed = (people: number): string => `${signedInPeople(people)}
  INSERT INTO tasks (user_id, title, description, status)
    SELECT 'user_' || md5('user' || 1 + (t - 1) % ${people}), 'Task ' || t, ${usualText},
           CASE WHEN t % 3 = 0 THEN 'Completed' ELSE 'Pending' END
    FROM generate_series(1, ${people * tasksEach}) t;`;

const idOf = (number: number): string => `user_${md5(`user${number}`)}`;

/** One of the people, with a token that holds for an hour. */
export function personOf(number: number, taskIds: readonly number[]): Person {
  const claims = { sub: idOf(number), sid: md5(`session${number}`), iss: 'tandem', aud: 'tandem' };
  return { id: idOf(number), email: `user${number}@bench.test`, token: jwt.sign(claims, secret, { expiresIn: '1h' }), taskIds };
}

/** Fills a migrated database anew. */
export async function fill(url: string, people: number): Promise<readonly Person[]> {
  await run(url, seed(people));
  await run(url, 'VACUUM ANALYZE');
  const rows = await run<{ userId: string; ids: number[] }>(
    url,
    'SELECT user_id AS "userId", array_agg(id ORDER BY id) AS ids FROM tasks GROUP BY 1',
  );
  const idsOf = new Map(rows.map(({ userId, ids }) => [userId, ids]));
  return Array.from({ length: people }, (_, index) => personOf(index + 1, idsOf.get(idOf(index + 1)) ?? []));
}

/** What somebody signs in with whom `givePasswords` gave a password. */
export const passwordOf = ({ email }: Person): string => `the password of ${email}`;

/** Gives people passwords, each hashed as the product hashes it. */
export async function givePasswords(url: string, people: readonly Person[]): Promise<void> {
  const hashes: string[] = [];
  for (const person of people) hashes.push(await hashPassword(passwordOf(person)));
  await run(url, 'INSERT INTO credentials (user_id, password_hash) SELECT * FROM unnest($1::text[], $2::text[])', [
    people.map(({ id }) => id),
    hashes,
  ]);
}

/** Gives somebody many more tasks. */
export async function giveTasks(url: string, { id }: Person, count: number): Promise<void> {
  await run(
    url,
    `INSERT INTO tasks (user_id, title, description) SELECT $1, 'Task ' || t, ${usualText} FROM generate_series(1, $2::int) t`,
    [id, count],
  );
  await run(url, 'VACUUM ANALYZE tasks');
}
