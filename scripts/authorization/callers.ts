import { type Scope, scopes } from '../../src/accounts/api-tokens/scopes.js';
import type { InvalidTokenReason } from '../../src/core/identity.js';
import type { Policy } from './policies.js';

/** What a request brings to say who sends it. */
type Credential =
  | { readonly kind: 'nothing' }
  /** A bearer token that is not accepted. */
  | { readonly kind: 'refused'; readonly reason: InvalidTokenReason }
  | { readonly kind: 'session' }
  /** With the scopes that the operation needs, or with all but one of them. */
  | { readonly kind: 'apiToken'; readonly isLacking?: true }
  /** `protection` is what it carries against other sites. */
  | { readonly kind: 'cookie'; readonly protection: 'complete' | 'origin' | 'token' };

/** One kind of client. */
export interface Caller {
  readonly title: string;
  /** Whether it is another user than the one whose objects the operation names. */
  readonly isOther?: true;
  readonly credential: Credential;
}

const refused = (title: string, reason: InvalidTokenReason): Caller => ({ title, credential: { kind: 'refused', reason } });

/** The clients of the matrix, by the name of their column. */
export const callers = {
  nobody: { title: 'no credentials', credential: { kind: 'nothing' } },
  owner: { title: 'the owner’s session', credential: { kind: 'session' } },
  other: { title: 'another user’s session', isOther: true, credential: { kind: 'session' } },
  issued: { title: 'another user, signed in by a trusted issuer', isOther: true, credential: { kind: 'session' } },
  revoked: refused('a session that was revoked', 'revoked'),
  deleted: refused('a user who was deleted', 'revoked'),
  expired: refused('an access token that has expired', 'expired'),
  foreign: refused('a token of an issuer that is not trusted', 'invalid'),
  refresh: refused('a refresh token as access token', 'invalid'),
  apiToken: { title: 'the owner’s personal API token with the scopes', credential: { kind: 'apiToken' } },
  otherApiToken: { title: 'another user’s personal API token', isOther: true, credential: { kind: 'apiToken' } },
  lacking: { title: 'a personal API token that lacks a scope', credential: { kind: 'apiToken', isLacking: true } },
  revokedApiToken: refused('a personal API token that was revoked', 'revoked'),
  expiredApiToken: refused('a personal API token that has expired', 'expired'),
  cookie: { title: 'the owner’s cookie with its CSRF token', credential: { kind: 'cookie', protection: 'complete' } },
  otherCookie: {
    title: 'another user’s cookie with its CSRF token',
    isOther: true,
    credential: { kind: 'cookie', protection: 'complete' },
  },
  noCsrf: { title: 'the owner’s cookie without a CSRF token', credential: { kind: 'cookie', protection: 'origin' } },
  otherCsrf: {
    title: 'the owner’s cookie with the CSRF token of another session',
    credential: { kind: 'cookie', protection: 'origin' },
  },
  foreignOrigin: { title: 'the owner’s cookie, sent by another site', credential: { kind: 'cookie', protection: 'token' } },
} as const satisfies Readonly<Record<string, Caller>>;

export type CallerName = keyof typeof callers;
export const callerNames = Object.keys(callers) as CallerName[];

/** What is to be answered. */
export type Verdict =
  | { readonly code: 'allowed' }
  | { readonly code: 'UNAUTHENTICATED'; readonly reason: InvalidTokenReason | 'missing' }
  | { readonly code: 'FORBIDDEN'; readonly scope?: Scope }
  | { readonly code: 'CSRF_FAILED'; readonly reason: 'origin' | 'token' }
  | { readonly code: 'NOT_FOUND' };

/** The scopes of a personal API token of the matrix: those that are needed, or all but the last of these. */
export function scopesFor({ access }: Policy, isLacking: boolean): readonly Scope[] {
  // What refuses such tokens refuses them whatever their scopes.
  if (typeof access === 'string') return scopes;
  return isLacking ? scopes.filter((scope) => scope !== access.at(-1)) : access;
}

/** Derives what a client is to be answered from an operation's policy. */
export function verdictOf(policy: Policy, { credential, isOther }: Caller, isWrite: boolean): Verdict {
  const { access, notOwner } = policy;
  if (access === 'anyone') return { code: 'allowed' };
  if (credential.kind === 'nothing') return { code: 'UNAUTHENTICATED', reason: 'missing' };
  if (credential.kind === 'refused') return { code: 'UNAUTHENTICATED', reason: credential.reason };
  if (credential.kind === 'cookie' && isWrite && credential.protection !== 'complete')
    return { code: 'CSRF_FAILED', reason: credential.protection === 'origin' ? 'token' : 'origin' };
  if (credential.kind === 'apiToken') {
    if (access === 'session') return { code: 'FORBIDDEN' };
    if (credential.isLacking) return { code: 'FORBIDDEN', scope: access.at(-1) };
  }
  return { code: (isOther && notOwner) || 'allowed' };
}
