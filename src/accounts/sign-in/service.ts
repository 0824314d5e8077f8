import { randomBytes } from 'node:crypto';
import type { z } from 'zod';
import { AppError } from '../../core/errors.js';
import { requireSession, unauthenticated } from '../../core/identity.js';
import { auditFields, type RequestContext, type SignedInContext } from '../../core/request-context.js';
import { validate } from '../../core/validate.js';
import type { Database, Queries } from '../../db/database.js';
import type { Commit, RunOnce } from '../../idempotency/run.js';
import type { Logger } from '../../log/log.js';
import type { RateLimiter } from '../../rate-limits/rate-limiters.js';
import type { IssuedUsers } from '../issuers/issued-users.js';
import type { Credentials } from '../passwords/credentials.js';
import { hashPassword } from '../passwords/passwords.js';
import type { Account } from '../passwords/store.js';
import type { Sessions } from '../sessions/sessions.js';
import type { OpenSession } from '../sessions/store.js';
import type { Tokens } from '../tokens/tokens.js';
import { emailTaken } from '../users/email.js';
import { createAccount, findUser } from '../users/store.js';
import { type AuthPayload, expiresAt, nowSeconds, payloadOf, type SignIn } from './payload.js';
import { loginInput, refreshInput, signupInput } from './rules.js';

/** Signing up, in and out. Each method throws what `RunOnce` throws, and `VALIDATION_ERROR` for an invalid input. */
export interface AuthService {
  /**
   * Creates an account and opens its first session.
   * @throws AppError `CONFLICT` when the email has an account; `RATE_LIMITED` after too many sign-ups from one address.
   */
  signup(context: RequestContext, input: unknown): Promise<AuthPayload>;
  /**
   * Opens a session for an email and its password.
   * @throws AppError `INVALID_CREDENTIALS`, the same for an email without an account; `RATE_LIMITED` after too many failures;
   * `UNAUTHENTICATED` when the user is deleted meanwhile.
   */
  login(context: RequestContext, input: unknown): Promise<AuthPayload>;
  /** A used refresh token follows the rule of `Sessions.rotate`, with an idempotency key or without. */
  refresh(context: RequestContext, input: unknown): Promise<AuthPayload>;
  /** Ends the session; a token of another issuer is refused until it expires. */
  logout(context: SignedInContext): Promise<void>;
}

interface Parts {
  readonly db: Database;
  readonly runOnce: RunOnce;
  readonly tokens: Tokens;
  readonly sessions: Sessions;
  readonly issuedUsers: Pick<IssuedUsers, 'revoke'>;
  readonly credentials: Credentials;
  /** Limits sign-ups from one address, also those whose email has an account. */
  readonly signups: RateLimiter;
  /** Limits refreshes from one address, apart from sign-ins. */
  readonly refreshes: RateLimiter;
  readonly log: Logger;
}

type NewAccount = z.output<typeof signupInput>;

/** Creates the service of signing up, in and out. */
export function createAuthService(parts: Parts): AuthService {
  const { db, runOnce, tokens, sessions, issuedUsers, credentials, refreshes, log } = parts;
  /** A sign-in is replayed while its tokens work; later, the repeated request opens a new session. */
  const options = {
    ownerOf: ({ viewer }: SignIn) => viewer.userId,
    isCurrent: async (signIn: SignIn, queries: Queries) =>
      expiresAt(tokens, signIn) > nowSeconds() && (await sessions.isUnused(queries, signIn.viewer.sessionId)),
  };
  return {
    signup: async (context, input) => {
      const account = validate(signupInput, input);
      const work = (commit: Commit, outdated?: SignIn) =>
        outdated ? reopen(parts, context, commit, account, outdated) : open(parts, context, commit, account);
      return payloadOf(tokens, await runOnce(context, 'signup', account, work, options));
    },
    login: async (context, input) => {
      const payload = validate(loginInput, input);
      const findAccount = () => credentials.findByEmail(payload.email);
      const work = (commit: Commit) => signIn(parts, context, commit, findAccount, payload);
      return payloadOf(tokens, await runOnce(context, 'login', payload, work, options));
    },
    refresh: async (context, input) => {
      const payload = validate(refreshInput, input);
      await refreshes.consume(context.client.address);
      await runOnce(context, 'refresh', payload, (commit) => commit(async () => true));
      const { refreshToken, ...session } = await sessions.rotate(payload.refreshToken, context.client);
      return payloadOf(tokens, await loadSignIn(db, session), refreshToken);
    },
    logout: async (context) => {
      const viewer = requireSession(context.viewer);
      const end = (queries: Queries) =>
        viewer.issued ? issuedUsers.revoke(queries, viewer.issued) : sessions.end(queries, viewer);
      // Another session that repeats the key of this one must not be told that it has ended.
      const payload = { session: viewer.issued?.digest ?? viewer.sessionId };
      await runOnce(context, 'logout', payload, (commit) => commit((queries) => end(queries).then(() => true)));
      log.info(auditFields(context.client, { userId: viewer.userId, sessionId: viewer.sessionId }), 'session.ended');
    },
  };
}

async function open(parts: Parts, { client }: RequestContext, commit: Commit, account: NewAccount): Promise<SignIn> {
  await parts.signups.consume(client.address);
  const passwordHash = await hashPassword(account.password);
  const session = parts.sessions.newSession(`user_${randomBytes(16).toString('hex')}`, client);
  const opened = await commit(async (queries) => {
    const user = await createAccount(queries, account, passwordHash, session);
    const { sessionId, endsAt } = session;
    return { viewer: { userId: user.id, sessionId }, issuedAt: nowSeconds(), endsAt, user };
  });
  parts.log.info(auditFields(client, opened.viewer), 'account.created');
  return opened;
}

/** Signs in to the account that the same request created before. */
async function reopen(parts: Parts, context: RequestContext, commit: Commit, input: NewAccount, { viewer }: SignIn) {
  const findAccount = () => parts.credentials.findById(viewer.userId);
  return signIn(parts, context, commit, findAccount, input).catch((error) => {
    // The password has changed since: the request is what it would be without its key.
    throw error instanceof AppError && error.code === 'INVALID_CREDENTIALS' ? emailTaken() : error;
  });
}

type LoginInput = z.output<typeof loginInput>;

async function signIn(
  { credentials, sessions, log }: Parts,
  { client }: RequestContext,
  commit: Commit,
  findAccount: () => Promise<Account | undefined>,
  { email, password }: LoginInput,
): Promise<SignIn> {
  const account = await credentials.verifyPassword(client, email, findAccount, password);
  const opened = await commit(async (queries) => {
    const session = await sessions.open(queries, account, client);
    if (!session) throw credentials.logRejected(client, account.userId);
    return loadSignIn(queries, session);
  });
  log.info(auditFields(client, opened.viewer), 'session.opened');
  return opened;
}

/** @throws AppError `UNAUTHENTICATED` when the user has been deleted. */
async function loadSignIn(queries: Queries, { userId, sessionId, endsAt }: OpenSession): Promise<SignIn> {
  const user = await findUser(queries, userId);
  if (!user) throw unauthenticated('revoked');
  return { viewer: { userId, sessionId }, issuedAt: nowSeconds(), endsAt, user };
}
