import fc from 'fast-check';
import { password } from '../app.js';
import type { Arguments, Operation } from '../styles.js';
import { type Caller, callers, refreshTokens } from './fixtures.js';
import { idempotencyKeys, ids, inputOf, mostly, pageNumbers, searchTerms, textOf, type Value, versions } from './values.js';

/** One person asks for one operation. */
export interface Step {
  readonly caller: Caller;
  readonly operation: Operation;
  readonly args: Arguments;
}

/** Stands for a refresh token, which each twin makes anew. */
export class RefreshTokenReference {
  /** @param which of the fixtures's, or of those handed out since, counted from the last. */
  constructor(readonly which: (typeof refreshTokens)[number] | number) {}

  /** Any text: what the SDL wants to see. */
  toJSON(): string {
    return 'a refresh token';
  }
}

/** What the server writes itself, here from the client: it must come back as it was sent. */
const [futureDate, sessionId] = ['2030-01-02T03:04:05.678Z', '0123456789abcdef0123456789abcdef'];
const titles = mostly(textOf(['x', 'Buy milk', 'Ask Bob', futureDate], [1, 199, 200, 201]));
const descriptions = mostly(textOf(['x', 'Milk, eggs', sessionId], [255, 256, 1000, 1001]), 14);
const statuses = mostly(fc.constantFrom('Completed', 'Pending', 'Completed', 'Pending', 'Done', 'completed', ''));
const names = mostly(textOf(['x', 'Ada'], [1, 254, 255, 256]));
const emails = mostly(
  fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom('new@example.com', 'ada@example.com', 'BOB@Example.com', 'New@example.com') },
    {
      weight: 1,
      arbitrary: fc.constantFrom(...['x', 'a@b', ' ada@example.com', 'ü@example.com', 'a\0@example.com', '\ud83c@example.com']),
    },
    { weight: 1, arbitrary: fc.constantFrom(243, 244, 52).map((length) => `${'a'.repeat(length)}@example.com`) },
  ),
);
const givenPasswords = mostly(
  fc.oneof(
    { weight: 5, arbitrary: fc.constant(password) },
    { weight: 3, arbitrary: textOf(['another horse battery', 'wrong'], [8, 128, 129]) },
  ),
);
const newPasswords = mostly(
  fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom('another horse battery', password) },
    { weight: 3, arbitrary: textOf(['short', 'password1', 'new@example.com'], [7, 8, 128, 129]) },
  ),
);
const scopeLists: Value = fc.oneof(
  { weight: 6, arbitrary: fc.subarray(['tasks:read', 'tasks:write', 'account']) },
  { weight: 1, arbitrary: fc.constantFrom<unknown>(['admin'], 'account', [null], null, [1]) },
);
const expiries: Value = fc.constantFrom<unknown>(
  new Date(Date.now() + 86_400_000).toISOString(),
  ...['2020-01-01T00:00:00Z', '2100-01-01T00:00:00+02:00', '2026-02-30T00:00:00Z', 'tomorrow', '', null, 5],
);
const tokenReferences: Value = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...refreshTokens).map((which) => new RefreshTokenReference(which)) },
  { weight: 5, arbitrary: fc.constantFrom(0, 1, 2).map((which) => new RefreshTokenReference(which)) },
  { weight: 2, arbitrary: mostly(textOf(['x'], [1000, 1001])) },
);

/** Absent mostly: there once in so many. */
const onceIn = <T>(times: number, arbitrary: fc.Arbitrary<T>) =>
  fc.oneof({ withCrossShrink: true }, { weight: times - 1, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });
const sorts = fc.constantFrom(
  ...['id', '-id', 'title', '-title', 'created_at', '-created_at', 'updated_at', '-updated_at', 'status', ''],
);
const taskFields = { title: titles, description: descriptions };
const which = { id: ids, ifVersion: onceIn(5, versions) };

const list = {
  page: onceIn(4, pageNumbers),
  limit: onceIn(4, pageNumbers),
  status: onceIn(5, fc.constantFrom('Pending', 'Completed', 'Done', '')),
  search: onceIn(5, searchTerms),
  sort: onceIn(2, sorts),
  total: onceIn(3, fc.boolean()),
};

/** How often each operation comes, and with what. Those that hash a password cost a hundred others, and are rarer. */
const operations: Readonly<Record<Operation, readonly [weight: number, args: Readonly<Record<string, Value>>]>> = {
  createTask: [24, { input: inputOf(taskFields, ['title']) }],
  updateTask: [32, { ...which, input: inputOf({ ...taskFields, status: statuses }) }],
  toggleTask: [16, which],
  deleteTask: [12, which],
  task: [18, { id: ids }],
  tasks: [24, list],
  me: [10, {}],
  updateMe: [6, { input: inputOf({ name: names, email: emails, currentPassword: givenPasswords, newPassword: newPasswords }) }],
  logout: [4, {}],
  refresh: [14, { input: inputOf({ refreshToken: tokenReferences }, ['refreshToken']) }],
  signup: [3, { input: inputOf({ email: emails, password: newPasswords, name: names }, ['email', 'password', 'name']) }],
  login: [3, { input: inputOf({ email: emails, password: givenPasswords }, ['email', 'password']) }],
  deleteMe: [2, { input: inputOf({ password: givenPasswords }, ['password']) }],
  // A known email would be written to apart from the request.
  forgotPassword: [2, { input: inputOf({ email: mostly(textOf(['nobody@example.com', 'x'], [255, 256])) }, ['email']) }],
  resetPassword: [
    2,
    { input: inputOf({ token: mostly(textOf(['x'], [1000, 1001])), newPassword: newPasswords }, ['token', 'newPassword']) },
  ],
  confirmEmail: [2, { input: inputOf({ token: mostly(textOf(['x'], [1000, 1001])) }, ['token']) }],
  sessions: [4, {}],
  revokeOtherSessions: [2, {}],
  revokeSession: [2, { id: fc.constantFrom('0123456789abcdef0123456789abcdef', 'x', 'a\0') }],
  apiTokens: [4, {}],
  createApiToken: [4, { input: inputOf({ name: names, scopes: scopeLists, expiresAt: expiries }, ['name', 'scopes']) }],
  revokeApiToken: [2, { id: fc.constantFrom('token_0123456789abcdef0123456789abcdef', 'x', 'a\0') }],
  health: [1, {}],
  databaseHealth: [1, {}],
};

const asking: fc.Arbitrary<Caller> = fc.oneof(
  { withCrossShrink: true },
  {
    weight: 12,
    arbitrary: fc.constantFrom<Caller>(
      ...(['ada', 'ada', 'ada', 'ada', 'bob', 'ada’s other device', 'ada’s script', 'cyd', 'whoever signed in last'] as const),
    ),
  },
  { weight: 2, arbitrary: fc.constantFrom(...callers) },
);

const stepOf = ([operation, [weight, args]]: [string, (typeof operations)[Operation]]) => ({
  weight,
  arbitrary: fc
    .record(
      { caller: asking, args: fc.record({ ...args, idempotencyKey: onceIn(7, idempotencyKeys) }, { noNullPrototype: true }) },
      { noNullPrototype: true },
    )
    .map(({ caller, args }): Step => ({ caller, operation: operation as Operation, args })),
});

/** Sequences of all operations, valid and not; they shrink to the fewest steps, and these to plain ones. */
export const sequences: fc.Arbitrary<Step[]> = fc.array(fc.oneof(...Object.entries(operations).map(stepOf)), {
  minLength: 1,
  maxLength: 16,
  size: 'max',
});
