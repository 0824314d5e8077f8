import { createSecretKey } from 'node:crypto';
import {
  decodeJwt,
  decodeProtectedHeader,
  errors,
  type JWTPayload,
  type JWTVerifyOptions,
  jwtVerify,
  type ProtectedHeaderParameters,
} from 'jose';
import { AppError } from '../../core/errors.js';
import type { TrustedIssuer, TrustedIssuers } from '../../core/settings/issuers.js';
import { clockSkewSeconds, type IssuedClaims, readClaims } from './claims.js';
import type { KeySet } from './key-set.js';

/** Longer than any token that fits into the header fields of a request beside others. */
const maxTokenLength = 8_192;
/** What Better Auth's JWT plugin signs with, without ES512. */
const keyAlgorithms = ['EdDSA', 'ES256', 'RS256', 'PS256'];

/** Better Auth's cookie `session_data`, signed by its JWT plugin (better-auth 1.7, `cookies/jwt.ts`). */
const sessionCookie = { type: 'better-auth.session-cache+jwt', audience: 'better-auth:session-cache' } as const;
/** The types of an access token: none, RFC 7519 §5.1, RFC 9068 §2.1. */
const accessTypes = [undefined, 'jwt', 'at+jwt'];

/** Verifies tokens that other issuers signed. */
export interface IssuedTokens {
  /** The issuer that accounts without one belong to: adopted ones. */
  readonly primaryIssuer: string;
  /**
   * Verifies signature, issuer, audience, type and times.
   * @throws AppError `SERVICE_UNAVAILABLE` when the issuer's keys cannot be fetched.
   */
  verify(token: string): Promise<IssuedClaims | 'invalid' | 'expired'>;
  /** Whether the key that signed a verified token is still one of its issuer's. */
  isKeyTrusted(token: string): boolean;
}

interface Parts extends TrustedIssuers {
  /** The secrets that are shared with issuers. */
  readonly secrets: readonly string[];
  /** The keys at `jwks.url`. */
  readonly keySet: KeySet | undefined;
}

/** @returns undefined when no other issuer is trusted. */
export function createIssuedTokens(parts: Parts): IssuedTokens | undefined {
  const primaryIssuer = parts.jwks?.issuer ?? parts.sharedSecret[0]?.issuer;
  if (primaryIssuer === undefined) return undefined;
  const secretKeys = parts.secrets.map((secret) => createSecretKey(Buffer.from(secret, 'utf8')));

  async function verify(token: string): Promise<IssuedClaims | undefined> {
    const header = decodeProtectedHeader(token);
    // The algorithm decides which kind of key may verify the token: a public key is never used as a secret.
    if (header.alg === 'HS256') {
      const issuer = parts.sharedSecret.find((each) => each.issuer === decodeJwt(token).iss);
      return issuer && verifyBySecret(token, header, issuer, secretKeys);
    }
    if (!parts.jwks || !parts.keySet || !keyAlgorithms.includes(header.alg ?? '') || typeof header.kid !== 'string')
      return undefined;
    return verifyByKey(token, header, parts.jwks, parts.keySet);
  }

  return {
    primaryIssuer,
    verify: async (token) => {
      if (token.length > maxTokenLength) return 'invalid';
      try {
        return (await verify(token)) ?? 'invalid';
      } catch (error) {
        if (error instanceof AppError) throw error;
        // jose (6.2) throws a TypeError for a malformed token, its errors for an invalid one, and passes on WebCrypto's for an unusable key.
        return error instanceof errors.JWTExpired ? 'expired' : 'invalid';
      }
    },
    isKeyTrusted: (token) => {
      const { alg, kid } = decodeProtectedHeader(token);
      return alg === 'HS256' || (parts.keySet?.has(String(kid)) ?? false);
    },
  };
}

type Header = ProtectedHeaderParameters;

const typeOf = ({ typ }: Header) => (typeof typ === 'string' ? typ.toLowerCase().replace(/^application\//, '') : typ);
const common = { clockTolerance: clockSkewSeconds, requiredClaims: ['exp', 'sub'] } satisfies JWTVerifyOptions;

async function verifyBySecret(
  token: string,
  header: Header,
  { issuer, audience }: TrustedIssuer,
  keys: readonly ReturnType<typeof createSecretKey>[],
): Promise<IssuedClaims | undefined> {
  if (!accessTypes.includes(typeOf(header))) return undefined;
  const options = { ...common, algorithms: ['HS256'], issuer, audience };
  for (const key of keys) {
    const verified = await jwtVerify(token, key, options).catch((error) => {
      if (error instanceof errors.JWSSignatureVerificationFailed) return undefined;
      throw error;
    });
    if (verified) return readClaims(token, issuer, verified.payload, verified.payload);
  }
  return undefined;
}

async function verifyByKey(
  token: string,
  header: Header,
  jwks: NonNullable<TrustedIssuers['jwks']>,
  keySet: KeySet,
): Promise<IssuedClaims | undefined> {
  const isCookie = typeOf(header) === sessionCookie.type;
  if (!isCookie && !accessTypes.includes(typeOf(header))) return undefined;
  const { payload } = await jwtVerify(
    token,
    async (protectedHeader) => {
      const key = await keySet.find(protectedHeader);
      if (!key) throw new errors.JWKSNoMatchingKey();
      return key;
    },
    {
      ...common,
      algorithms: keyAlgorithms,
      // The cookie's issuer is always the origin, whatever the plugin signs its other tokens with.
      issuer: isCookie ? [jwks.issuer, new URL(jwks.url).origin] : jwks.issuer,
      audience: isCookie ? sessionCookie.audience : jwks.audience,
    },
  );
  if (!isCookie) return readClaims(token, jwks.issuer, payload, payload);
  const cookie = readSessionCookie(payload);
  const claims = cookie && readClaims(token, jwks.issuer, payload, cookie.profile);
  if (!claims) return undefined;
  const expiresAt = Math.min(claims.token.expiresAt, cookie.endsAt);
  return { ...claims, token: { ...claims.token, expiresAt } };
}

/**
 * @returns the user of the cookie, and when its session ends, in Unix seconds; undefined when it contradicts the claims, or its
 *   session has ended.
 */
function readSessionCookie({ sub, sid, user, session }: JWTPayload) {
  const profile = Object(user) as Record<string, unknown>;
  const { token, expiresAt } = Object(session) as Record<string, unknown>;
  if (profile.id !== sub || token !== sid) return undefined;
  const endsAt = Date.parse(String(expiresAt)) / 1000;
  return endsAt > Date.now() / 1000 ? { profile, endsAt } : undefined;
}
