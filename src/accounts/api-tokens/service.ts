import { randomBytes } from 'node:crypto';
import { AppError } from '../../core/errors.js';
import { requireSession, unauthenticated } from '../../core/identity.js';
import { auditFields, type SignedInContext } from '../../core/request-context.js';
import { validate } from '../../core/validate.js';
import type { Viewer } from '../../core/viewer.js';
import type { Database, Queries } from '../../db/database.js';
import type { Commit, RunOnce } from '../../idempotency/run.js';
import type { Logger } from '../../log/log.js';
import { digestOf, type Tokens } from '../tokens/tokens.js';
import { formatApiToken, shownPrefix } from './format.js';
import { type ApiTokenInput, apiTokenInput, defaultExpiry } from './rules.js';
import { type ApiToken, deleteApiTokens, hasApiToken, insertApiToken, listApiTokens, lockOwner } from './store.js';

/** A token that has just been created, with the secret that is never shown again. */
export interface CreatedApiToken extends ApiToken {
  readonly token: string;
}

/** The personal API tokens of the viewer. All of it needs a session: such a token can neither see nor make others. */
export interface ApiTokenService {
  list(context: SignedInContext): Promise<ApiToken[]>;
  /** @throws AppError `VALIDATION_ERROR`; `CONFLICT` when the viewer has too many; `UNAUTHENTICATED` when the session has ended. */
  create(context: SignedInContext, input: unknown): Promise<CreatedApiToken>;
  /** @returns the id. @throws AppError `NOT_FOUND` when the viewer has no such token. */
  revoke(context: SignedInContext, id: string): Promise<string>;
  /** Records tokens as ended, so that this process refuses them at once. */
  markEnded(digests: readonly string[]): void;
  /** Revokes all tokens of a user. */
  revokeAll(queries: Queries, userId: string): Promise<void>;
}

/** Tokens that one user may have. */
const maxTokens = 50;
const tokenId = /^token_[0-9a-f]{32}$/;

interface Parts {
  readonly db: Database;
  readonly runOnce: RunOnce;
  readonly tokens: Pick<Tokens, 'apiTokenSecret'>;
  /** Told which digests have ended. */
  readonly cache: { markEnded(digests: readonly string[]): void };
  readonly log: Logger;
}

/** Creates the service over the table `api_tokens`. */
export function createApiTokenService(parts: Parts): ApiTokenService {
  const { db, runOnce, tokens, cache, log } = parts;
  const tokenOf = (id: string): string => formatApiToken(tokens.apiTokenSecret(id));
  // A token that was revoked since, or whose secret is derived anew under another key, is not returned again.
  const isCurrent = ({ id }: ApiToken, queries: Queries) => hasApiToken(queries, id, digestOf(tokenOf(id)));

  return {
    list: (context) => listApiTokens(db, requireSession(context.viewer).userId),
    create: async (context, input) => {
      const viewer = requireSession(context.viewer);
      const payload = validate(apiTokenInput, input);
      const work = async (commit: Commit) => {
        const created = await commit((queries) => insert(queries, viewer, payload, tokenOf));
        const { id: apiTokenId, scopes } = created;
        log.info(auditFields(context.client, { userId: viewer.userId, apiTokenId, scopes }), 'api-token.created');
        return created;
      };
      const token = await runOnce(context, 'createApiToken', payload, work, { isCurrent, isAtomic: true });
      // The secret is in no record of the request: it is derived from the id.
      return { ...token, token: tokenOf(token.id) };
    },
    revoke: (context, id) => {
      const { userId } = requireSession(context.viewer);
      return runOnce(context, 'revokeApiToken', { id }, (commit) =>
        commit(async (queries) => {
          // PostgreSQL refuses some texts, such as one with NUL.
          const [deleted] = tokenId.test(id) ? await deleteApiTokens(queries, 'user_id = $1 AND id = $2', [userId, id]) : [];
          if (!deleted) throw new AppError('NOT_FOUND', { message: 'There is no such token.' });
          cache.markEnded([deleted.digest]);
          log.info(auditFields(context.client, { userId, apiTokenId: id }), 'api-token.revoked');
          return deleted.id;
        }),
      );
    },
    markEnded: cache.markEnded,
    revokeAll: async (queries, userId) => {
      const deleted = await deleteApiTokens(queries, 'user_id = $1', [userId]);
      cache.markEnded(deleted.map(({ digest }) => digest));
    },
  };
}

async function insert(
  queries: Queries,
  viewer: Viewer,
  { name, scopes, expiresAt = defaultExpiry() }: ApiTokenInput,
  tokenOf: (id: string) => string,
): Promise<ApiToken> {
  if (!(await lockOwner(queries, viewer))) throw unauthenticated('revoked');
  const { userId } = viewer;
  const id = `token_${randomBytes(16).toString('hex')}`;
  const token = tokenOf(id);
  const stored = { id, userId, name, scopes, expiresAt, digest: digestOf(token), prefix: shownPrefix(token) };
  const row = await insertApiToken(queries, stored, maxTokens);
  if (row) return row;
  throw new AppError('CONFLICT', { message: `You have ${maxTokens} personal API tokens: revoke one first.` });
}
