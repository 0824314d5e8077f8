import { randomBytes } from 'node:crypto';
import { formatApiToken, shownPrefix } from '../../../src/accounts/api-tokens/format.js';
import { hashPassword } from '../../../src/accounts/passwords/passwords.js';
import { createTokens, digestOf } from '../../../src/accounts/tokens/tokens.js';
import type { Database } from '../../../src/db/database.js';
import { password, testSecret } from '../app.js';
import { claimsOf, encode, forge } from '../forge.js';

const dayMs = 86_400_000;
/** Longer than an access token lives: one never outlasts its session. */
const monthMs = 30 * dayMs;
const tokens = createTokens([testSecret], 3600);
const people = ['ada', 'bob', 'cyd'] as const;
type Name = (typeof people)[number];

/** Caller asks, by the token that is sent: three people, and everybody caller only says so. */
export const callers = [
  ...people,
  'ada’s other device',
  'ada’s script',
  'whoever signed in last',
  'nobody',
  'an ended session',
  'an expired token',
  'a token of another’s session',
  'a token signed by a stranger',
  'a refresh token as bearer',
  'a garbled token',
] as const;
export type Caller = (typeof callers)[number];

/** The refresh tokens that are there before a sequence begins. */
export const refreshTokens = ['ada’s', 'ada’s other device’s', 'bob’s', 'used long ago', 'expired'] as const;
type RefreshToken = (typeof refreshTokens)[number];

/** The same people, tasks and sessions for both twins, new ones for each sequence: what a process remembers of ended sessions is not theirs. */
export interface Fixtures {
  /** What `whoever signed in last` sends is known to a twin alone. */
  readonly tokens: Readonly<Record<Exclude<Caller, 'whoever signed in last'>, string | undefined>>;
  readonly refreshTokens: Readonly<Record<RefreshToken, string>>;
  /** Ids and digests → what to call them in a report. */
  readonly names: ReadonlyMap<string, string>;
  /** Rows by table. */
  readonly rows: Readonly<Record<string, readonly object[]>>;
}

const newId = () => randomBytes(16).toString('hex');
const born = '2026-01-01T00:00:00.000Z';
const times = { created_at: born, updated_at: born };

/** Sessions by the refresh token that each begins with. */
const sessionPlan: Readonly<Record<RefreshToken, { owner: Name; life: number; used?: true }>> = {
  'ada’s': { owner: 'ada', life: monthMs },
  'ada’s other device’s': { owner: 'ada', life: monthMs },
  'bob’s': { owner: 'bob', life: monthMs },
  'used long ago': { owner: 'cyd', life: monthMs, used: true },
  expired: { owner: 'bob', life: -dayMs },
};

let passwordHash: string | undefined;

/** Casts the people for one sequence. */
export async function newFixtures(): Promise<Fixtures> {
  passwordHash ??= await hashPassword(password);
  const userIds = Object.fromEntries(people.map((name) => [name, `user_${newId()}`])) as Record<Name, string>;
  const sessionIds = Object.fromEntries(refreshTokens.map((name) => [name, newId()])) as Record<RefreshToken, string>;
  const script = newScript(userIds.ada);
  const first = (name: RefreshToken) => tokens.initialRefreshToken(sessionIds[name]);
  return {
    tokens: { ...accessTokens(userIds, sessionIds), 'ada’s script': script.token },
    refreshTokens: Object.fromEntries(refreshTokens.map((name) => [name, first(name)])) as Fixtures['refreshTokens'],
    names: new Map([
      [passwordHash, '‹the first hash›'],
      ...people.map((name) => [userIds[name], `‹${name}›`] as const),
      ...Object.entries(script.row).map(([column, value]) => [String(value), `‹${column} of the script’s token›`] as const),
      ...refreshTokens.flatMap((name) => [
        [sessionIds[name], `‹session: ${name}›`] as const,
        [first(name), `‹refresh token: ${name}›`] as const,
        [digestOf(first(name)), `‹refresh token: ${name}›`] as const,
      ]),
    ]),
    rows: { ...rowsOf(userIds, sessionIds, passwordHash), api_tokens: [script.row] },
  };
}

/** A personal API token that reads tasks and the account. */
function newScript(userId: string) {
  const id = `token_${newId()}`;
  const token = formatApiToken(tokens.apiTokenSecret(id));
  const scopes = ['tasks:read', 'account'];
  // Used just now, so that its use is not written again during a sequence.
  const times = {
    created_at: born,
    last_used_at: new Date().toISOString(),
    expires_at: new Date(Date.now() + dayMs).toISOString(),
  };
  const row = {
    id,
    user_id: userId,
    name: 'Script',
    digest: digestOf(token),
    prefix: shownPrefix(token),
    scopes,
    ...times,
  };
  return { token, row };
}

function accessTokens(
  users: Record<Name, string>,
  sessions: Record<RefreshToken, string>,
): Omit<Fixtures['tokens'], 'ada’s script'> {
  const now = Math.floor(Date.now() / 1000);
  const sign = (name: Name, sessionId: string) => tokens.signAccess({ userId: users[name], sessionId }, now, now + 3600);
  const ada = sign('ada', sessions['ada’s']);
  return {
    ada,
    bob: sign('bob', sessions['bob’s']),
    cyd: sign('cyd', sessions['used long ago']),
    'ada’s other device': sign('ada', sessions['ada’s other device’s']),
    nobody: undefined,
    'an ended session': sign('ada', newId()),
    'an expired token': forge({ ...claimsOf(ada), exp: now - 60 }),
    'a token of another’s session': sign('bob', sessions['ada’s']),
    'a token signed by a stranger': forge(claimsOf(ada), { secret: 'a stranger signs with this one, not with ours' }),
    'a refresh token as bearer': tokens.initialRefreshToken(sessions['ada’s']),
    'a garbled token': `${encode({ alg: 'none' })}.${ada.slice(10)}`,
  };
}

function rowsOf(users: Record<Name, string>, sessions: Record<RefreshToken, string>, hash: string): Fixtures['rows'] {
  const task = (id: number, owner: Name, title: string, description: string | null, status: string) => ({
    ...{ id, user_id: users[owner], title, description, status, version: 1 },
    ...times,
  });
  const plan = Object.entries(sessionPlan).map(([name, each]) => ({ ...each, id: sessions[name as RefreshToken] }));
  return {
    users: people.map((name) => ({ id: users[name], email: `${name}@example.com`, name, ...times })),
    credentials: people.map((name) => ({ user_id: users[name], password_hash: hash, created_with_account: true })),
    tasks: [
      task(1, 'ada', 'Buy groceries', 'Milk, eggs, bread', 'Pending'),
      task(2, 'ada', 'Call Bob', null, 'Completed'),
      task(3, 'bob', 'Bake 🙂', 'Ünïcode', 'Pending'),
    ],
    sessions: plan.map(({ id, owner, life }) => ({
      ...{ id, user_id: users[owner], created_at: born, last_used_at: new Date().toISOString() },
      expires_at: new Date(Date.now() + life).toISOString(),
    })),
    refresh_tokens: plan.flatMap(({ id, used }) => {
      const token = tokens.initialRefreshToken(id);
      // Its child was used as well, so it is no lost answer that is asked for again.
      const family = used ? [token, tokens.nextRefreshTokens(token)[0]] : [token];
      return family.map((each) => ({ digest: digestOf(each), session_id: id, used_at: used ? born : null }));
    }),
  };
}

/** Empties a database, but for the fixtures. */
export async function insertFixtures({ query }: Pick<Database, 'query'>, { rows }: Fixtures): Promise<void> {
  await query('WITH keys AS (DELETE FROM idempotency_keys) DELETE FROM users', []);
  const inserts = Object.keys(rows).map(
    (table, n) => `t${n} AS (INSERT INTO ${table} SELECT * FROM jsonb_populate_recordset(NULL::${table}, $1::jsonb->'${table}'))`,
  );
  await query(`WITH ${inserts.join(', ')} SELECT setval('tasks_id_seq', ${rows.tasks?.length})`, [JSON.stringify(rows)]);
}
