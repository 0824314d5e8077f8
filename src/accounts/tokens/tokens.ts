import { createHash, createHmac, createSecretKey, hkdfSync } from 'node:crypto';
import jwt from 'jsonwebtoken';
import type { Viewer } from '../../core/viewer.js';

/** The algorithm, issuer and audience of our access tokens. */
const signing = { algorithm: 'HS256', issuer: 'tandem', audience: 'tandem' } as const;

/** How far ahead of ours the clock of the process that issued a token may be, in seconds. */
const clockLeewaySeconds = 5;

/** A verified access token. */
interface VerifiedToken {
  readonly viewer: Viewer;
  /** In seconds since the epoch; may have passed. */
  readonly expiresAt: number;
}

/** Signs, verifies and derives every token from one secret, with one key for each purpose. */
export interface Tokens {
  readonly accessTtlSeconds: number;
  /** @param issuedAt in seconds since the epoch. */
  signAccess(viewer: Viewer, issuedAt: number): string;
  /**
   * Verifies everything but the expiration time.
   * @returns undefined when the token is not an access token of ours.
   */
  verifyAccess(token: string): VerifiedToken | undefined;
  /** The first refresh token of a session: derived, so that a repeated sign-in returns the same one. */
  initialRefreshToken(sessionId: string): string;
  /** The refresh token that follows another: derived, so that a repeated request returns the same one. */
  nextRefreshToken(refreshToken: string): string;
  /** The secret of a personal API token: derived from its id, so that a repeated request returns the same one. */
  apiTokenSecret(id: string): Buffer;
  /** A keyed digest of a request, by which a repeated request is recognized: the request may hold a password. */
  fingerprint(text: string): string;
}

/**
 * @param secret the configured secret; its UTF-8 bytes are the key of access tokens.
 * @param accessTtlSeconds life of an access token.
 */
export function createTokens(secret: string, accessTtlSeconds: number): Tokens {
  // A key object: with a text, jsonwebtoken 9 first tries to read a public key, 460 µs a token instead of 10.
  const accessKey = createSecretKey(Buffer.from(secret, 'utf8'));
  const derive = (purpose: string) => {
    const key = Buffer.from(hkdfSync('sha256', secret, '', `tandem ${purpose}`, 32));
    return (text: string) => createHmac('sha256', key).update(text).digest('base64url');
  };
  const deriveApiTokenSecret = derive('personal API token');
  const { algorithm, issuer, audience } = signing;
  return {
    accessTtlSeconds,
    signAccess: ({ userId, sessionId }, issuedAt) =>
      jwt.sign({ sid: sessionId, iat: issuedAt }, accessKey, { ...signing, subject: userId, expiresIn: accessTtlSeconds }),
    verifyAccess: (token) => {
      try {
        return readClaims(jwt.verify(token, accessKey, { algorithms: [algorithm], issuer, audience, ignoreExpiration: true }));
      } catch {
        // jsonwebtoken 9 throws its own errors, and a TypeError for a signed payload of `null`.
        return undefined;
      }
    },
    initialRefreshToken: derive('first refresh token'),
    nextRefreshToken: derive('refresh token'),
    apiTokenSecret: (id) => Buffer.from(deriveApiTokenSecret(id), 'base64url'),
    fingerprint: derive('request fingerprint'),
  };
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

// PostgreSQL cannot compare with a text that holds NUL or a lone surrogate.
const isId = (claim: unknown): claim is string => typeof claim === 'string' && !claim.includes('\0') && claim.isWellFormed();
const isTimestamp = (time: unknown): time is number => Number.isSafeInteger(time);
