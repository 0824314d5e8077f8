import { randomBytes } from 'node:crypto';
import type { z } from 'zod';
import { AppError } from '../../core/errors.js';
import { requireSession, unauthenticated } from '../../core/identity.js';
import { auditFields, type RequestContext, type SignedInContext } from '../../core/request-context.js';
import { validate } from '../../core/validate.js';
import type { Viewer } from '../../core/viewer.js';
import type { Database, Queries } from '../../db/database.js';
import type { User } from '../../generated/prisma/client.js';
import type { Commit, RunOnce } from '../../idempotency/run.js';
import type { Logger } from '../../log/log.js';
import type { RateLimiter } from '../../rate-limits/rate-limiters.js';
import { type Account, type Credentials, createAccount } from '../passwords/credentials.js';
import { hashPassword } from '../passwords/passwords.js';
import { loginInput, refreshInput, signupInput } from '../rules.js';
import type { Sessions } from '../sessions/sessions.js';
import type { Tokens } from '../tokens/tokens.js';
import { emailTaken } from '../users/email.js';

/** The result of signing in. */
export interface AuthPayload {
  readonly accessToken: string;
  readonly tokenType: 'Bearer';
  /** Life of the access token, in seconds. */
  readonly expiresIn: number;
  readonly refreshToken: string;
  readonly user: User;
}

/** Signing up, in and out. */
export interface AuthService {
  signup(context: RequestContext, input: unknown): Promise<AuthPayload>;
  login(context: RequestContext, input: unknown): Promise<AuthPayload>;
  /** A used refresh token follows the rule of `Sessions.rotate`, with an idempotency key or without. */
  refresh(context: RequestContext, input: unknown): Promise<AuthPayload>;
  logout(context: SignedInContext): Promise<void>;
}

interface Parts {
  readonly db: Database;
  readonly runOnce: RunOnce;
  readonly tokens: Tokens;
  readonly sessions: Sessions;
  readonly credentials: Credentials;
  /** Limits new accounts from one address. */
  readonly signups: RateLimiter;
  readonly log: Logger;
}

/** A sign-in as it is stored with an idempotency key: both tokens are derived from it, and are stored nowhere. */
interface SignIn {
  readonly viewer: Viewer;
  /** In seconds since the epoch. */
  readonly issuedAt: number;
  readonly user: User;
}

type NewAccount = z.output<typeof signupInput>;

const nowSeconds = (): number => Math.floor(Date.now() / 1000);

/** Creates the service of signing up, in and out. */
export function createAuthService(parts: Parts): AuthService {
  const { db, runOnce, tokens, sessions, credentials, log } = parts;
  /** A sign-in is replayed while its tokens work; later, the repeated request opens a new session. */
  const options = {
    ownerOf: ({ viewer }: SignIn) => viewer.userId,
    isCurrent: async ({ viewer, issuedAt }: SignIn, queries: Queries) =>
      issuedAt + tokens.accessTtlSeconds > nowSeconds() && (await sessions.isUnused(queries, viewer.sessionId)),
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
      await runOnce(context, 'refresh', payload, (commit) => commit(async () => true));
      const { refreshToken, ...viewer } = await sessions.rotate(payload.refreshToken, context.client);
      return payloadOf(tokens, await loadSignIn(db, viewer), refreshToken);
    },
    logout: async (context) => {
      const viewer = requireSession(context.viewer);
      const work = (commit: Commit) => commit((queries) => sessions.end(queries, viewer).then(() => true));
      await runOnce(context, 'logout', {}, work);
      log.info(auditFields(context.client, viewer), 'session.ended');
    },
  };
}

async function open(parts: Parts, { client }: RequestContext, commit: Commit, account: NewAccount): Promise<SignIn> {
  await parts.signups.consume(client.address);
  const passwordHash = await hashPassword(account.password);
  const session = parts.sessions.newSession(`user_${randomBytes(16).toString('hex')}`, client);
  const opened = await commit(async (queries) => {
    const user = await createAccount(queries, account, passwordHash, session);
    return { viewer: { userId: user.id, sessionId: session.sessionId }, issuedAt: nowSeconds(), user };
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
  const { userId } = await credentials.verifyPassword(client, email, findAccount, password);
  const opened = await commit(async (queries) => loadSignIn(queries, await sessions.open(queries, userId, client)));
  log.info(auditFields(client, opened.viewer), 'session.opened');
  return opened;
}

function payloadOf(tokens: Tokens, { viewer, issuedAt, user }: SignIn, refreshToken?: string): AuthPayload {
  return {
    accessToken: tokens.signAccess(viewer, issuedAt),
    tokenType: 'Bearer',
    expiresIn: tokens.accessTtlSeconds,
    refreshToken: refreshToken ?? tokens.initialRefreshToken(viewer.sessionId),
    user,
  };
}

/** @throws AppError `UNAUTHENTICATED` when the user has been deleted. */
async function loadSignIn({ prisma }: Queries, viewer: Viewer): Promise<SignIn> {
  const user = await prisma.user.findUnique({ where: { id: viewer.userId } });
  if (!user) throw unauthenticated('revoked');
  return { viewer, issuedAt: nowSeconds(), user };
}
