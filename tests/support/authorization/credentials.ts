import { randomBytes } from 'node:crypto';
import type { CallerName } from '../../../scripts/authorization/callers.js';
import { formatApiToken } from '../../../src/accounts/api-tokens/format.js';
import { createTokens } from '../../../src/accounts/tokens/tokens.js';
import { ownIssuer } from '../../../src/core/settings/issuers.js';
import { testSecret } from '../app.js';
import { forge } from '../forge.js';
import { newClaims } from '../issuer.js';
import type { Member, World } from './worlds.js';

/** The issuer whose tokens are accepted, and the origin whose pages may write with cookies. */
export const [trustedIssuer, allowedOrigin] = ['https://issuer.example', 'https://front.example'];

const tokens = createTokens([testSecret], 3600);

function accessToken({ id, sessionId }: Pick<Member, 'id' | 'sessionId'>, changes: object = {}): string {
  const now = Math.floor(Date.now() / 1000);
  return forge({ sub: id, sid: sessionId, iat: now - 60, exp: now + 3600, iss: ownIssuer, aud: ownIssuer, ...changes });
}

const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });
const unknownId = () => randomBytes(16).toString('hex');

function cookie(member: Member, changes: { origin?: string; csrf?: string | null } = {}): Record<string, string> {
  const { origin = allowedOrigin, csrf = tokens.csrfTokens(member.sessionId)[0] } = changes;
  return { cookie: `session=${accessToken(member)}`, origin, ...(csrf === null ? {} : { 'x-csrf-token': csrf }) };
}

/** The header fields with which each client says who it is. */
export const headersOf: Readonly<Record<CallerName, (world: World) => Record<string, string>>> = {
  nobody: () => ({}),
  owner: ({ owner }) => bearer(accessToken(owner)),
  other: ({ other }) => bearer(accessToken(other)),
  issued: () => bearer(forge(newClaims(trustedIssuer))),
  revoked: ({ owner }) => bearer(accessToken({ id: owner.id, sessionId: unknownId() })),
  deleted: () => bearer(accessToken({ id: `user_${unknownId()}`, sessionId: unknownId() })),
  expired: ({ owner }) => bearer(accessToken(owner, { exp: Math.floor(Date.now() / 1000) - 1 })),
  foreign: ({ owner }) => bearer(accessToken(owner, { iss: 'https://evil.example', aud: 'https://evil.example' })),
  refresh: ({ owner }) => bearer(owner.refreshToken),
  apiToken: ({ owner }) => bearer(owner.apiTokens.complete),
  otherApiToken: ({ other }) => bearer(other.apiTokens.complete),
  lacking: ({ owner }) => bearer(owner.apiTokens.lacking),
  revokedApiToken: () => bearer(formatApiToken(randomBytes(32))),
  expiredApiToken: ({ owner }) => bearer(owner.apiTokens.expired),
  cookie: ({ owner }) => cookie(owner),
  otherCookie: ({ other }) => cookie(other),
  noCsrf: ({ owner }) => cookie(owner, { csrf: null }),
  otherCsrf: ({ owner, other }) => cookie(owner, { csrf: tokens.csrfTokens(other.sessionId)[0] }),
  foreignOrigin: ({ owner }) => cookie(owner, { origin: 'https://evil.example' }),
};
