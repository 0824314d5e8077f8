import { createHash, createHmac, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import jwt from 'jsonwebtoken';
import type { Viewer } from '../core/viewer.js';

/** How an access token is verified: the one algorithm, issuer and audience that we sign with. */
export const accessTokenVerification = {
  algorithms: ['HS256'],
  issuer: 'tandem',
  audience: 'tandem',
} as const satisfies { algorithms: ['HS256']; issuer: string; audience: string };

/** A clock may be this far ahead of ours, in seconds, when it says that a token was issued. */
const clockLeewaySeconds = 5;

/** Signs and derives every token from one secret, each purpose with a key of its own. */
export interface Tokens {
  /** The key of access tokens. A key object: `jsonwebtoken` takes 50 times as long with a string. */
  readonly accessKey: KeyObject;
  readonly accessTtlSeconds: number;
  /** @param issuedAt in seconds since the epoch. */
  signAccess(viewer: Viewer, issuedAt: number): string;
  /** The first refresh token of a session: derived, so that a repeated sign-in gets the same again. */
  firstOf(sessionId: string): string;
  /** The refresh token that follows another: derived, so that a repeated request gets the same again. */
  childOf(refreshToken: string): string;
  /** What is kept of a request to know it again: it may hold a password, so the digest is keyed. */
  fingerprint(text: string): string;
}

/**
 * @param secret the configured secret; its UTF-8 bytes are the access key.
 * @param accessTtlSeconds life of an access token.
 */
export function createTokens(secret: string, accessTtlSeconds: number): Tokens {
  const accessKey = createSecretKey(Buffer.from(secret, 'utf8'));
  const derive = (purpose: string) => {
    const key = Buffer.from(hkdfSync('sha256', secret, '', `tandem ${purpose}`, 32));
    return (text: string) => createHmac('sha256', key).update(text).digest('base64url');
  };
  const { issuer, audience } = accessTokenVerification;
  return {
    accessKey,
    accessTtlSeconds,
    signAccess: ({ userId, sessionId }, issuedAt) =>
      jwt.sign({ sid: sessionId, iat: issuedAt }, accessKey, {
        algorithm: 'HS256',
        subject: userId,
        issuer,
        audience,
        expiresIn: accessTtlSeconds,
      }),
    firstOf: derive('first refresh token'),
    childOf: derive('refresh token'),
    fingerprint: derive('request fingerprint'),
  };
}

/** What is stored of a refresh token. Of 256 bits that nobody can guess a plain digest is enough. */
export const digestOf = (refreshToken: string): string => createHash('sha256').update(refreshToken).digest('hex');

/**
 * Reads who a verified payload speaks of.
 * @returns undefined when a claim that every token of ours has is missing or odd.
 */
export function viewerOf(payload: unknown): Viewer | undefined {
  const { sub, sid, iat, exp, aud } = (payload ?? {}) as Record<string, unknown>;
  if (!isName(sub) || !isName(sid) || !isSafeTime(iat) || !isSafeTime(exp)) return undefined;
  // One of several audiences is enough for jsonwebtoken; ours is alone.
  if (Array.isArray(aud)) return undefined;
  return iat > Date.now() / 1000 + clockLeewaySeconds ? undefined : { userId: sub, sessionId: sid };
}

// What PostgreSQL cannot compare names nobody.
const isName = (claim: unknown): claim is string => typeof claim === 'string' && !claim.includes('\0') && claim.isWellFormed();
const isSafeTime = (time: unknown): time is number => Number.isSafeInteger(time);
