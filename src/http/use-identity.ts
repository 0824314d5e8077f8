import type { KeyObject } from 'node:crypto';
import { useJWT } from '@graphql-yoga/plugin-jwt';
import type { Plugin } from 'graphql-yoga';
import type { Sessions } from '../auth/sessions.js';
import { accessTokenVerification, viewerOf } from '../auth/tokens.js';
import type { Identity } from '../core/identity.js';
import type { Viewer } from '../core/viewer.js';
import { exchangeOf, type ServerContext } from './exchange.js';
import { pathOf } from './use-access-log.js';
import { isHealth } from './use-budget.js';
import { withTimeLimit } from './use-time-limit.js';
import { createVerifiedTokens } from './verified-tokens.js';

/** Longer than any token of ours; what is longer is not worth decoding. */
const longestToken = 4096;

/** RFC 9110 §11.6.2: the scheme in any case, one or more spaces, the credentials. Never from a URL. */
function bearerToken(request: Request): string | undefined {
  const credentials = /^Bearer +([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(request.headers.get('authorization') ?? '');
  return credentials?.[1] && credentials[1].length <= longestToken ? credentials[1] : undefined;
}

/** A request on its way; its `url` is parsed when it is read, which only a token that is new needs. */
type Turn = Pick<Parameters<NonNullable<Plugin['onRequest']>>[0], 'request' | 'url'>;

/**
 * Identify: finds out who asks, once, for both styles. The JWT plugin verifies the token; the session it names must
 * live. It never refuses: what an operation needs decides that.
 */
export function useIdentity(accessKey: KeyObject, sessions: Sessions, timeLimitMs: number): Plugin<object, ServerContext> {
  const verifier = useJWT({
    // A key object, which jsonwebtoken takes: a text it would first try to read as a public key.
    signingKeyProviders: [() => accessKey as unknown as string],
    tokenLookupLocations: [
      ({ request }) => {
        const token = request && bearerToken(request);
        return token ? { token, prefix: 'Bearer' } : undefined;
      },
    ],
    tokenVerification: { ...accessTokenVerification, algorithms: [...accessTokenVerification.algorithms] },
    reject: { missingToken: false, invalidToken: false },
  }) as Required<Pick<Plugin, 'onYogaInit' | 'onRequestParse'>>;

  const verified = createVerifiedTokens();

  /** What a token claims that holds. */
  async function verify({ request, url }: Turn): Promise<unknown> {
    const found: { jwt?: { payload: unknown } } = {};
    try {
      await (verifier.onRequestParse as (payload: object) => unknown)({ request, url, serverContext: found });
    } catch {
      // A payload of `null`, well signed, is more than jsonwebtoken 9 can take.
    }
    return found.jwt?.payload;
  }

  /** Whom the request's token speaks of; undefined when it holds no token that does. */
  async function read(turn: Turn, token: string): Promise<Viewer | undefined> {
    const payload = await verify(turn);
    const viewer = viewerOf(payload);
    if (viewer) verified.set(token, viewer, (payload as { exp: number }).exp);
    return viewer;
  }

  async function identify(turn: Turn): Promise<Identity> {
    const { request } = turn;
    const token = bearerToken(request);
    const viewer = token && (verified.get(token) ?? (await read(turn, token)));
    const rejected: Identity = { kind: 'invalidToken', reason: 'invalid' };
    if (!viewer) return request.headers.has('authorization') ? rejected : { kind: 'anonymous' };
    try {
      const live = sessions.isLive(viewer);
      const isLive = typeof live === 'boolean' ? live : await withTimeLimit(live, timeLimitMs);
      return isLive ? { kind: 'authenticated', viewer } : { kind: 'invalidToken', reason: 'revoked' };
    } catch (cause) {
      return { kind: 'unavailable', cause };
    }
  }

  return {
    // The plugin's own hooks run for GraphQL alone or too late for REST: its verification is called from here.
    onYogaInit: (payload) => verifier.onYogaInit(payload as never),
    onRequest: async (turn) => {
      // Whoever watches us needs the answer also when no session can be looked up.
      if (isHealth(pathOf(turn.request.url))) return;
      exchangeOf(turn.request).identity = await identify(turn);
    },
  };
}
