import { randomBytes } from 'node:crypto';
import { formatApiToken, shownPrefix } from '../../../src/accounts/api-tokens/format.js';
import type { Scope } from '../../../src/accounts/api-tokens/scopes.js';
import { digestOf } from '../../../src/accounts/tokens/tokens.js';
import type { Database } from '../../../src/db/database.js';

/** A user with one object of each kind, and every credential. */
export interface Member {
  readonly id: string;
  /** In the name, the email, the title and every other text of this user. */
  readonly marker: string;
  readonly email: string;
  /** The session that sends requests. */
  readonly sessionId: string;
  /** Another one, to be revoked. */
  readonly spareSessionId: string;
  readonly spareApiTokenId: string;
  readonly refreshToken: string;
  readonly resetToken: string;
  readonly confirmToken: string;
  readonly apiTokens: { readonly complete: string; readonly lacking: string; readonly expired: string };
  taskId: number;
}

/** The user whose objects a request names, and another one. */
export interface World {
  readonly owner: Member;
  readonly other: Member;
}

/** The scopes of the personal API tokens of a world. */
export interface WorldScopes {
  readonly complete: readonly Scope[];
  readonly lacking: readonly Scope[];
}

const hex = () => randomBytes(16).toString('hex');
const [past, future] = [new Date(Date.now() - 86_400_000).toISOString(), new Date(Date.now() + 86_400_000).toISOString()];

function newMember(): Member {
  const marker = `m${hex()}`;
  const [complete, lacking, expired] = [1, 2, 3].map(() => formatApiToken(randomBytes(32))) as [string, string, string];
  return {
    ...{ id: `user_${hex()}`, marker, email: `${marker}@example.com`, taskId: 0 },
    ...{ sessionId: hex(), spareSessionId: hex(), spareApiTokenId: `token_${hex()}` },
    ...{ refreshToken: hex(), resetToken: hex(), confirmToken: hex(), apiTokens: { complete, lacking, expired } },
  };
}

function apiTokenRows({ id, marker, spareApiTokenId, apiTokens }: Member, scopes: WorldScopes): object[] {
  const row = (tokenId: string, token: string, of: readonly Scope[], expires_at = future) => ({
    ...{ id: tokenId, user_id: id, name: marker, digest: digestOf(token), prefix: shownPrefix(token), scopes: of, expires_at },
  });
  return [
    row(spareApiTokenId, formatApiToken(randomBytes(32)), scopes.complete),
    row(`token_${hex()}`, apiTokens.complete, scopes.complete),
    row(`token_${hex()}`, apiTokens.lacking, scopes.lacking),
    row(`token_${hex()}`, apiTokens.expired, scopes.complete, past),
  ];
}

async function insert<Row>({ query }: Pick<Database, 'query'>, table: string, rows: readonly object[]): Promise<Row[]> {
  const columns = Object.keys(rows[0] ?? {}).join(', ');
  return query<Row & Record<string, unknown>>(
    `INSERT INTO ${table} (${columns}) SELECT ${columns} FROM jsonb_populate_recordset(NULL::${table}, $1::jsonb) RETURNING *`,
    [JSON.stringify(rows)],
  );
}

/** Creates worlds in a few statements: each request gets one, so that no request's effect is taken for another's. */
export async function newWorlds(db: Pick<Database, 'query'>, count: number, scopes: WorldScopes): Promise<World[]> {
  const worlds = Array.from({ length: count }, () => ({ owner: newMember(), other: newMember() }));
  const members = worlds.flatMap(({ owner, other }) => [owner, other]);
  const each = (rowsOf: (member: Member) => object[]) => members.flatMap(rowsOf);
  await insert(
    db,
    'users',
    each(({ id, email, marker }) => [{ id, email, name: marker }]),
  );
  await insert(
    db,
    'sessions',
    each(({ id, marker, sessionId, spareSessionId }) =>
      [sessionId, spareSessionId].map((session) => ({ id: session, user_id: id, expires_at: future, user_agent: marker })),
    ),
  );
  await insert(
    db,
    'refresh_tokens',
    each(({ sessionId, refreshToken }) => [{ digest: digestOf(refreshToken), session_id: sessionId }]),
  );
  const tasks = await insert<{ id: number; user_id: string }>(
    db,
    'tasks',
    each(({ id, marker }) => [{ user_id: id, title: marker }]),
  );
  const taskOf = new Map(tasks.map((task) => [task.user_id, task.id]));
  for (const member of members) member.taskId = taskOf.get(member.id) ?? 0;
  await insert(
    db,
    'api_tokens',
    each((member) => apiTokenRows(member, scopes)),
  );
  const mailed = (user_id: string, purpose: string, token: string, new_email: string | null) => ({
    ...{ user_id, purpose, digest: digestOf(token), new_email, expires_at: future },
  });
  await insert(
    db,
    'one_time_tokens',
    each(({ id, resetToken, confirmToken, email }) => [
      mailed(id, 'password-reset', resetToken, null),
      mailed(id, 'email-change', confirmToken, `new-${email}`),
    ]),
  );
  return worlds;
}

/** What holds a user's data, and the column that names the user. */
const tables = {
  users: 'id',
  credentials: 'user_id',
  sessions: 'user_id',
  tasks: 'user_id',
  api_tokens: 'user_id',
  one_time_tokens: 'user_id',
};

/** All rows of users but for the times of last use, as texts by user id: equal texts mean that nothing changed. */
export async function snapshot({ query }: Pick<Database, 'query'>, userIds: readonly string[]): Promise<Map<string, string>> {
  const texts = new Map(userIds.map((id) => [id, '']));
  for (const [table, column] of Object.entries(tables)) {
    const rows = await query<{ id: string; text: string }>(
      `SELECT ${column} AS id, jsonb_agg(to_jsonb(t) - 'last_used_at' ORDER BY to_jsonb(t)::text)::text AS text
       FROM ${table} t WHERE ${column} = ANY($1::text[]) GROUP BY ${column}`,
      [userIds],
    );
    for (const { id, text } of rows) texts.set(id, `${texts.get(id)}${table} ${text}\n`);
  }
  return texts;
}
