import { createHash } from 'node:crypto';
import jwt from 'jsonwebtoken';
import pg from 'pg';

/** A person of the benchmark: who they are, what they show, and which tasks are theirs. */
export interface Person {
  readonly id: string;
  readonly token: string;
  readonly taskIds: readonly number[];
}

/** Signs the tokens of every subject. */
export const secret = 'of-the-benchmark-alone-8c1f40d27be96a35';
const tasksEach = 100;
const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

/** Text of usual length; a person's tasks lie all over the table, as in one that grew over time. */
const seed = (people: number): string => `
  TRUNCATE users CASCADE;
  INSERT INTO users (id, email, name)
    SELECT 'user_' || md5('user' || n), 'user' || n || '@bench.test', 'User ' || n FROM generate_series(1, ${people}) n;
  INSERT INTO sessions (id, user_id, expires_at)
    SELECT md5('session' || n), 'user_' || md5('user' || n), now() + interval '1 day' FROM generate_series(1, ${people}) n;
  INSERT INTO tasks (user_id, title, description, status)
    SELECT 'user_' || md5('user' || 1 + (t - 1) % ${people}), 'Task ' || t,
           'What there is to do in task ' || t || ', in a sentence of usual length.',
           CASE WHEN t % 3 = 0 THEN 'Completed' ELSE 'Pending' END
    FROM generate_series(1, ${people * tasksEach}) t;`;

/**
 * Fills a migrated database anew.
 * @returns the people, with tokens that hold for an hour.
 */
export async function fill(url: string, people: number): Promise<readonly Person[]> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    await client.query(seed(people));
    await client.query('VACUUM ANALYZE');
    const { rows } = await client.query('SELECT user_id AS "userId", array_agg(id ORDER BY id) AS ids FROM tasks GROUP BY 1');
    const idsOf = new Map(rows.map(({ userId, ids }: { userId: string; ids: number[] }) => [userId, ids]));
    return Array.from({ length: people }, (_, index) => {
      const id = `user_${md5(`user${index + 1}`)}`;
      const claims = { sub: id, sid: md5(`session${index + 1}`), iss: 'tandem', aud: 'tandem' };
      return { id, token: jwt.sign(claims, secret, { expiresIn: '1h' }), taskIds: idsOf.get(id) ?? [] };
    });
  } finally {
    await client.end();
  }
}
