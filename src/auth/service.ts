import { randomBytes } from 'node:crypto';
import { type Budget, createLimiter } from '../core/budget.js';
import { AppError } from '../core/errors.js';
import { validate } from '../core/validate.js';
import type { Viewer } from '../core/viewer.js';
import type { Database } from '../db/client.js';
import { isUniqueViolation } from '../db/faults.js';
import type { User } from '../generated/prisma/client.js';
import type { Caller, Credentials } from './credentials.js';
import { hashPassword } from './passwords.js';
import { loginInput, refreshInput, signupInput } from './rules.js';
import type { OpenSession, Sessions } from './sessions.js';
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
  signup(caller: Caller, input: unknown): Promise<AuthPayload>;
  login(caller: Caller, input: unknown): Promise<AuthPayload>;
  refresh(input: unknown): Promise<AuthPayload>;
  logout(viewer: Viewer): Promise<void>;
}

interface Parts {
  readonly db: Database;
  readonly tokens: Tokens;
  readonly sessions: Sessions;
  readonly credentials: Credentials;
  /** New accounts from one address. */
  readonly signupBudget: Budget | undefined;
}

export function createAuthService({ db, tokens, sessions, credentials, signupBudget }: Parts): AuthService {
  const signups = createLimiter(signupBudget);

  const payload = (session: OpenSession, user: User): AuthPayload => ({
    accessToken: tokens.signAccess(session),
    tokenType: 'Bearer',
    expiresIn: tokens.accessTtlSeconds,
    refreshToken: session.refreshToken,
    user,
  });

  /** Loads whose session it is; a person who is gone has none. */
  async function payloadOf(session: OpenSession): Promise<AuthPayload> {
    const user = await db.prisma.user.findUnique({ where: { id: session.userId } });
    if (!user) throw new AppError('UNAUTHENTICATED');
    return payload(session, user);
  }

  return {
    signup: async (caller, input) => {
      const { email, name, password } = validate(signupInput, input);
      await signups.spend(caller.address);
      const passwordHash = await hashPassword(password);
      const session = sessions.draft(`user_${randomBytes(16).toString('hex')}`);
      const expiresAt = new Date(Date.now() + session.ttlSeconds * 1000);
      try {
        const user = await db.prisma.user.create({
          data: {
            id: session.userId,
            email,
            name,
            credential: { create: { passwordHash } },
            sessions: { create: { id: session.sessionId, expiresAt, refreshTokens: { create: { digest: session.digest } } } },
          },
        });
        return payload(session, user);
      } catch (error) {
        if (isUniqueViolation(error))
          throw new AppError('CONFLICT', { details: { field: 'email', error: 'Email has an account already' } });
        throw error;
      }
    },
    login: async (caller, input) => {
      const { email, password } = validate(loginInput, input);
      const account = await credentials.find({ email });
      await credentials.prove(caller, email, account, password);
      // Proven, so there is one.
      return payloadOf(await sessions.open((account as { userId: string }).userId));
    },
    refresh: async (input) => payloadOf(await sessions.rotate(validate(refreshInput, input).refreshToken)),
    logout: (viewer) => sessions.end(viewer),
  };
}
