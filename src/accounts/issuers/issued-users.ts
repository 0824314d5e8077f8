import { randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { auditFields, type ClientInfo } from '../../core/request-context.js';
import type { IssuedToken, Viewer } from '../../core/viewer.js';
import type { Database, Queries } from '../../db/database.js';
import type { Logger } from '../../log/log.js';
import { createCredentialCache } from '../sessions/credential-cache.js';
import type { IssuedClaims } from './claims.js';
import {
  bindAdopted,
  createUser,
  findIdentity,
  findUsersOfTokens,
  holderOf,
  revokeToken,
  type TokenKey,
} from './identity-store.js';

/** Accounts whose deletion this process remembers: longer than the cached tokens of one are trusted. */
const deletedUsers = { max: 10_000, ttl: 60_000 } as const;

/** The accounts of people whom other issuers sign in. */
export interface IssuedUsers {
  /**
   * Finds the account of a token's person. The first time it is created from the claims.
   * @returns why there is none: `revoked` when it was deleted after the token was issued.
   */
  admit(claims: IssuedClaims, client: ClientInfo): Promise<Viewer | 'invalid' | 'revoked'>;
  /** Whether a token was neither revoked nor issued before its account was deleted; without a promise when the cache can tell. */
  isLive(viewer: Viewer): Promise<boolean> | boolean;
  /** Refuses a token until it expires. */
  revoke(queries: Queries, token: IssuedToken): Promise<void>;
  /** Prepares the deletion of an account: an adopted one is bound to its issuer, so that the issuer's tokens do not create it anew. */
  beforeDelete(queries: Queries, userId: string): Promise<void>;
  /** Records an account as deleted, so that this process refuses the tokens that were issued before at once. */
  markDeleted(userId: string): void;
}

interface Parts {
  readonly db: Database;
  readonly log: Logger;
  /** The issuer that adopted accounts belong to; undefined when no other issuer is trusted. */
  readonly primaryIssuer: string | undefined;
}

/** Creates the accounts of other issuers' people, over the tables `user_identities` and `revoked_tokens`. */
export function createIssuedUsers({ db, log, primaryIssuer }: Parts): IssuedUsers {
  const cache = createCredentialCache((keys) => findUsersOfTokens(db, keys.map(parseKey)));
  /** User id → time of the deletion, in seconds since the epoch. */
  const deleted = new LRUCache<string, number>(deletedUsers);

  /** Finds or creates the account. @returns why there is none. */
  async function findOrCreate({ token, email, name }: IssuedClaims): Promise<Admitted | NoAccountReason> {
    const { subject } = token;
    for (let attempt = 1; attempt <= 2; attempt++) {
      const identity = await findIdentity(db, token, token.issuedAt);
      if (identity?.isRefused) return 'account_deleted';
      if (identity?.userId) return { userId: identity.userId };
      const adopted = !identity && token.issuer === primaryIssuer ? await bindAdopted(db, token) : undefined;
      if (adopted) return { userId: adopted, firstSight: 'adopted' };
      if (email === undefined) return 'email_missing';
      const holder = await holderOf(db, subject);
      if (holder === 'signup') return 'subject_taken';
      const id = holder === 'nobody' ? subject : `user_${randomBytes(16).toString('hex')}`;
      const userId = await createUser(db, token, { id, email, name });
      if (userId) return { userId, firstSight: 'created' };
      // A concurrent request has created the account, or the email has one.
    }
    return 'email_taken';
  }

  return {
    admit: async (claims, client) => {
      const { token, sessionId } = claims;
      const account = await findOrCreate(claims);
      const { issuer, subject } = token;
      if (typeof account !== 'string') {
        const { userId, firstSight } = account;
        if (firstSight)
          log.info(auditFields(client, { userId, issuer, subject, isNew: firstSight === 'created' }), 'identity.bound');
        return { userId, sessionId, issued: token };
      }
      log.warn(auditFields(client, { issuer, subject, reason: account }), 'identity.refused');
      return account === 'account_deleted' ? 'revoked' : 'invalid';
    },
    isLive: ({ userId, issued }) => {
      if (!issued || issued.issuedAt <= (deleted.get(userId) ?? Number.NEGATIVE_INFINITY)) return false;
      const user = cache.find(formatKey(issued));
      return user instanceof Promise ? user.then((row) => row?.userId === userId) : user?.userId === userId;
    },
    revoke: async (queries, token) => {
      cache.markEnded([formatKey(token)]);
      await revokeToken(queries, token.digest, token.expiresAt);
    },
    beforeDelete: async (queries, userId) => {
      if (primaryIssuer !== undefined) await bindAdopted(queries, { issuer: primaryIssuer, subject: userId });
    },
    markDeleted: (userId) => {
      deleted.set(userId, Date.now() / 1000);
    },
  };
}

/** The account of a token's person. */
interface Admitted {
  readonly userId: string;
  /** Present when this token is the first of its person: the account was created, or was an adopted one. */
  readonly firstSight?: 'created' | 'adopted';
}

/** Why a token's person has no account, for the log. */
type NoAccountReason = 'account_deleted' | 'email_missing' | 'email_taken' | 'subject_taken';

const formatKey = ({ issuer, subject, issuedAt, digest }: IssuedToken): string =>
  JSON.stringify({ issuer, subject, issuedAt, digest });
const parseKey = (key: string): TokenKey => JSON.parse(key) as TokenKey;
