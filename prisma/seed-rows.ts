import { randomBytes } from 'node:crypto';
import type { Database } from '../src/db/database.js';
import { descriptions, firstNames, lastNames, titleParts } from './seed-words.js';

/** A demo person, before the row. */
export interface DemoUser {
  readonly id: string;
  readonly email: string;
  readonly name: string;
}

/** Thinks people up; a part of each email is new with each call, so that seeding again finds none taken. */
export function inventUsers(count: number): DemoUser[] {
  const run = randomBytes(4).toString('hex');
  return Array.from({ length: count }, (_, index) => {
    const first = firstNames[index % firstNames.length];
    const last = lastNames[Math.floor(index / firstNames.length) % lastNames.length];
    const email = `${first}.${last}.${run}.${index + 1}@example.com`.toLowerCase();
    return { id: `user_${randomBytes(16).toString('hex')}`, email, name: `${first} ${last}` };
  });
}

/** Inserts people who have one password between them, older than any of their tasks. */
export async function insertUsers(db: Database, users: readonly DemoUser[], passwordHash: string): Promise<void> {
  await db.query(
    `WITH people AS (
       INSERT INTO users (id, email, name, created_at, updated_at)
       SELECT id, email, name, now() - interval '366 days', now() - interval '366 days'
       FROM unnest($1::text[], $2::text[], $3::text[]) AS person (id, email, name) RETURNING id)
     INSERT INTO credentials (user_id, password_hash, created_with_account) SELECT id, $4, true FROM people`,
    [users.map(({ id }) => id), users.map(({ email }) => email), users.map(({ name }) => name), passwordHash],
  );
}

/**
 * Inserts tasks number `from` up to, not including, `to`, dealt out to the owners in turn. The database makes the
 * rows up, so that a batch costs one short message.
 */
export async function insertTasks(db: Database, ownerIds: readonly string[], from: number, to: number): Promise<void> {
  // One draw to a row and column: OFFSET 0 keeps the planner from merging the draw into each of its uses.
  await db.query(
    `INSERT INTO tasks (user_id, title, description, status, created_at, updated_at)
     SELECT owner,
       pick_verb || ' ' || pick_thing || pick_end,
       CASE WHEN pick_description <= cardinality($7::text[]) THEN ($7::text[])[pick_description] END,
       CASE WHEN completed THEN 'Completed' ELSE 'Pending' END,
       created,
       CASE WHEN completed OR edited THEN created + random() * (now() - created) ELSE created END
     FROM (
       SELECT ($1::text[])[1 + number % cardinality($1::text[])] AS owner,
         ($4::text[])[1 + floor(random() * cardinality($4::text[]))] AS pick_verb,
         ($5::text[])[1 + floor(random() * cardinality($5::text[]))] AS pick_thing,
         ($6::text[])[1 + floor(random() * cardinality($6::text[]))] AS pick_end,
         1 + floor(random() * cardinality($7::text[]) * 1.5)::int AS pick_description,
         random() < 0.4 AS completed,
         random() < 0.2 AS edited,
         now() - random() * interval '365 days' AS created
       FROM generate_series($2::int, $3::int - 1) AS number
       OFFSET 0
     ) AS draw`,
    [ownerIds, from, to, titleParts.verbs, titleParts.things, titleParts.ends, descriptions],
  );
}
