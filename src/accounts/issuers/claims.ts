import type { JWTPayload } from 'jose';
import { isStorable } from '../../core/text.js';
import type { IssuedToken } from '../../core/viewer.js';
import { name as nameRule } from '../rules.js';
import { digestOf } from '../tokens/tokens.js';
import { normalizeEmail } from '../users/email.js';

/** How far the clocks of other issuers may differ from ours, in seconds. */
export const clockSkewSeconds = 60;

const maxSubjectLength = 255;
/** The last second that PostgreSQL and every client can write as a date with four digits for the year. */
const lastSecond = 253_402_300_799;

/** What a verified token of another issuer says. */
export interface IssuedClaims {
  readonly token: IssuedToken;
  /** Identifies the issuer's session, as far as the token tells. */
  readonly sessionId: string;
  /** Undefined when the token has no valid one. */
  readonly email: string | undefined;
  readonly name: string | undefined;
}

/**
 * Reads the claims of a token whose signature, issuer and audience were verified.
 * @param profile the claims that tell email and name.
 * @returns undefined when `sub`, `exp` or `iat` is missing or malformed; `iat` alone may be absent.
 */
export function readClaims(
  token: string,
  issuer: string,
  { sub, exp, iat, sid }: JWTPayload,
  profile: Record<string, unknown>,
): IssuedClaims | undefined {
  if (!isSubject(sub) || !isTime(exp) || !(iat === undefined || isTime(iat))) return undefined;
  if (iat !== undefined && iat > Date.now() / 1000 + clockSkewSeconds) return undefined;
  return {
    token: {
      issuer,
      subject: sub,
      issuedAt: iat ?? 0,
      expiresAt: exp + clockSkewSeconds,
      // The signed part: the same signature can be encoded in several ways.
      digest: digestOf(token.slice(0, token.lastIndexOf('.'))),
    },
    sessionId: digestOf(JSON.stringify([issuer, sub, typeof sid === 'string' ? sid : null])),
    email: typeof profile.email === 'string' ? normalizeEmail(profile.email) : undefined,
    name: nameRule.safeParse(profile.name).data,
  };
}

const isSubject = (claim: unknown): claim is string =>
  typeof claim === 'string' && claim !== '' && claim.length <= maxSubjectLength && isStorable(claim);
const isTime = (claim: unknown): claim is number => typeof claim === 'number' && claim >= 0 && claim <= lastSecond;
