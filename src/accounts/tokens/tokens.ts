import { createHash, createHmac, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { ownIssuer } from '../../core/settings/issuers.js';
import { isStorable } from '../../core/text.js';
import type { Viewer } from '../../core/viewer.js';

/** The algorithm, issuer and audience of our access tokens. */
const signing = { algorithm: 'HS256', issuer: ownIssuer, audience: ownIssuer } as const;

/** How far ahead of ours the clock of the process that issued a token may be, in seconds. */
const clockLeewaySeconds = 5;

/** A verified access token. */
interface VerifiedToken {
  readonly viewer: Viewer;
  /** In seconds since the epoch; may have passed. */
  readonly expiresAt: number;
}

/**
 * Signs, verifies and derives every token from the secrets, with one key for each purpose. The first secret signs; what an
 * earlier one signed or derived stays valid while the secret is listed.
 */
export interface Tokens {
  /** Life of an access token, in seconds. */
  readonly accessTtlSeconds: number;
  /** @param issuedAt and `expiresAt` in seconds since the epoch. */
  signAccess(viewer: Viewer, issuedAt: number, expiresAt: number): string;
  /**
   * Verifies everything but the expiration time.
   * @returns undefined when the token is not an access token of ours.
   */
  verifyAccess(token: string): VerifiedToken | undefined;
  /** The first refresh token of a session: derived, so that a repeated sign-in returns the same one. */
  initialRefreshToken(sessionId: string): string;
  /**
   * The refresh token that follows another: derived, so that a repeated request returns the same one.
   * @returns at least one; further ones are what earlier secrets derived.
   */
  nextRefreshTokens(refreshToken: string): Derived;
  /** The secret of a personal API token: derived from its id, so that a repeated request returns the same one. */
  apiTokenSecret(id: string): Buffer;
  /** The CSRF tokens of a session: the first is sent, all are accepted. */
  csrfTokens(sessionId: string): Derived;
  /** Keyed digests of a request, by which a repeated request is recognized: the request may hold a password. */
  fingerprints(text: string): Derived;
}

/** What each secret derives from a text: first by the current one. */
type Derived = readonly [string, ...string[]];

/**
 * @param secrets at least one; the UTF-8 bytes are the keys of access tokens.
 * @param accessTtlSeconds life of an access token.
 */
export function createTokens(secrets: readonly string[], accessTtlSeconds: number): Tokens {
  // Key objects: with a text, jsonwebtoken 9 first tries to read a public key, 460 µs a token instead of 10.
  const accessKeys = secrets.map((secret) => createSecretKey(Buffer.from(secret, 'utf8')));
  const [signingKey] = accessKeys as [KeyObject];
  const deriveAll = (purpose: string) => {
    const keys = secrets.map((secret) => Buffer.from(hkdfSync('sha256', secret, '', `tandem ${purpose}`, 32)));
    return (text: string) =>
      keys.map((key) => createHmac('sha256', key).update(text).digest('base64url')) as [string, ...string[]];
  };
  const initialRefreshTokens = deriveAll('first refresh token');
  const apiTokenSecrets = deriveAll('personal API token');
  return {
    accessTtlSeconds,
    signAccess: ({ userId, sessionId }, issuedAt, expiresAt) =>
      jwt.sign({ sid: sessionId, iat: issuedAt, exp: expiresAt }, signingKey, { ...signing, subject: userId }),
    verifyAccess: (token) => verifyWith(accessKeys, token),
    initialRefreshToken: (sessionId) => initialRefreshTokens(sessionId)[0],
    nextRefreshTokens: deriveAll('refresh token'),
    apiTokenSecret: (id) => Buffer.from(apiTokenSecrets(id)[0], 'base64url'),
    csrfTokens: deriveAll('csrf token'),
    fingerprints: deriveAll('request fingerprint'),
  };
}

function verifyWith(keys: readonly KeyObject[], token: string): VerifiedToken | undefined {
  const { algorithm, issuer, audience } = signing;
  for (const key of keys) {
    try {
      return readClaims(jwt.verify(token, key, { algorithms: [algorithm], issuer, audience, ignoreExpiration: true }));
    } catch {
      // jsonwebtoken 9 throws its own errors, and a TypeError for a signed payload of `null`.
    }
  }
  return undefined;
}

/** The stored form of a token: a plain digest is enough for 256 random bits. */
export const digestOf = (token: string): string => createHash('sha256').update(token).digest('hex');

/** @returns undefined when a claim that our tokens have is missing or malformed. */
function readClaims(payload: unknown): VerifiedToken | undefined {
  const { sub, sid, iat, exp, aud } = Object(payload) as Record<string, unknown>;
  if (!isId(sub) || !isId(sid) || !isTimestamp(iat) || !isTimestamp(exp)) return undefined;
  // jsonwebtoken accepts a list of audiences that contains ours; our tokens have one.
  if (Array.isArray(aud) || iat > Date.now() / 1000 + clockLeewaySeconds) return undefined;
  return { viewer: { userId: sub, sessionId: sid }, expiresAt: exp };
}

const isId = (claim: unknown): claim is string => typeof claim === 'string' && isStorable(claim);
const isTimestamp = (time: unknown): time is number => Number.isSafeInteger(time);
