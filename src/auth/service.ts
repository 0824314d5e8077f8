import { randomBytes } from 'node:crypto';
import type { z } from 'zod';
import { type Budget, createLimiter } from '../core/budget.js';
import { AppError } from '../core/errors.js';
import type { IdempotencyKey } from '../core/request-context.js';
import { validate } from '../core/validate.js';
import type { Viewer } from '../core/viewer.js';
import type { Database, Queries } from '../db/database.js';
import { isUniqueViolation } from '../db/faults.js';
import type { Commit, Ledger } from '../db/ledger.js';
import type { User } from '../generated/prisma/client.js';
import { emailTaken } from '../users/rules.js';
import type { Caller, Credentials } from './credentials.js';
import { hashPassword } from './passwords.js';
import { loginInput, refreshInput, signupInput } from './rules.js';
import type { Sessions } from './sessions.js';
import type { Tokens } from './tokens.js';

/** What a person gets who signs in: both tokens, the life of the first in seconds, and themselves. */
export interface AuthPayload {
  readonly accessToken: string;
  readonly tokenType: 'Bearer';
  readonly expiresIn: number;
  readonly refreshToken: string;
  readonly user: User;
}

/** Signing up, in, on and out. */
export interface AuthService {
  signup(caller: Caller, key: IdempotencyKey | undefined, input: unknown): Promise<AuthPayload>;
  login(caller: Caller, key: IdempotencyKey | undefined, input: unknown): Promise<AuthPayload>;
  /** A refresh token tells itself whether it was used: what is sent again follows its own rule (`Sessions.rotate`). */
  refresh(key: IdempotencyKey | undefined, input: unknown): Promise<AuthPayload>;
  logout(viewer: Viewer, key: IdempotencyKey | undefined): Promise<void>;
}

interface Parts {
  readonly db: Database;
  readonly ledger: Ledger;
  readonly tokens: Tokens;
  readonly sessions: Sessions;
  readonly credentials: Credentials;
  /** New accounts from one address. */
  readonly signupBudget: Budget | undefined;
}

/** A sign-in as the ledger keeps it: both tokens follow from it, and are kept nowhere. */
interface SignIn {
  readonly viewer: Viewer;
  /** In seconds since the epoch. */
  readonly issuedAt: number;
  readonly user: User;
}

const ownerOf = ({ viewer }: SignIn): string => viewer.userId;
const nowSeconds = (): number => Math.floor(Date.now() / 1000);

export function createAuthService({ db, ledger, tokens, sessions, credentials, signupBudget }: Parts): AuthService {
  const signups = createLimiter(signupBudget);

  const payload = ({ viewer, issuedAt, user }: SignIn, refreshToken = tokens.firstOf(viewer.sessionId)): AuthPayload => ({
    accessToken: tokens.signAccess(viewer, issuedAt),
    tokenType: 'Bearer',
    expiresIn: tokens.accessTtlSeconds,
    refreshToken,
    user,
  });

  return {
    signup: async (caller, key, input) => {
      const account = validate(signupInput, input);
      await signups.spend(caller.address);
      const open = async (commit: Commit) => {
        const passwordHash = await hashPassword(account.password);
        const session = sessions.draft(`user_${randomBytes(16).toString('hex')}`);
        return commit((queries) => createAccount(queries, account, passwordHash, session));
      };
      return payload(await ledger.once({ key, operation: 'signup', payload: account }, open, ownerOf));
    },
    login: async (caller, key, input) => {
      const given = validate(loginInput, input);
      const open = async (commit: Commit) => {
        const account = await credentials.find({ email: given.email });
        await credentials.prove(caller, given.email, account, given.password);
        // Proven, so there is one.
        const { userId } = account as { userId: string };
        return commit(async (queries) => signInOf(queries, await sessions.open(queries, userId)));
      };
      return payload(await ledger.once({ key, operation: 'login', payload: given }, open, ownerOf));
    },
    refresh: async (key, input) => {
      const given = validate(refreshInput, input);
      await ledger.once({ key, operation: 'refresh', payload: given }, (commit) => commit(async () => true));
      const { refreshToken, ...viewer } = await sessions.rotate(given.refreshToken);
      return payload(await signInOf(db, viewer), refreshToken);
    },
    logout: async (viewer, key) => {
      await ledger.once({ ...viewer, key, operation: 'logout', payload: {} }, (commit) =>
        commit(async (queries) => {
          await sessions.end(queries, viewer);
          return true;
        }),
      );
    },
  };
}

/** Loads whose session it is; a person who is gone has none. */
async function signInOf({ prisma }: Queries, viewer: Viewer): Promise<SignIn> {
  const user = await prisma.user.findUnique({ where: { id: viewer.userId } });
  if (!user) throw new AppError('UNAUTHENTICATED');
  return { viewer, issuedAt: nowSeconds(), user };
}

async function createAccount(
  { prisma }: Queries,
  { email, name }: z.output<typeof signupInput>,
  passwordHash: string,
  { userId, sessionId, digest, ttlSeconds }: ReturnType<Sessions['draft']>,
): Promise<SignIn> {
  const expiresAt = new Date(Date.now() + ttlSeconds * 1000);
  const session = { id: sessionId, expiresAt, refreshTokens: { create: { digest } } };
  try {
    const user = await prisma.user.create({
      data: { id: userId, email, name, credential: { create: { passwordHash } }, sessions: { create: session } },
    });
    return { viewer: { userId, sessionId }, issuedAt: nowSeconds(), user };
  } catch (error) {
    throw isUniqueViolation(error) ? emailTaken() : error;
  }
}
