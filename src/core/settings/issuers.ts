import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import { listOf } from './values.js';

/** `iss` and `aud` of this server's own tokens. */
export const ownIssuer = 'tandem';

/** An issuer whose tokens are accepted, and the audience that they must have. */
export interface TrustedIssuer {
  readonly issuer: string;
  readonly audience: string;
}

/** The other issuers whose tokens are accepted. */
export interface TrustedIssuers {
  /** The issuer whose public keys are at `url`. */
  readonly jwks: (TrustedIssuer & { readonly url: string }) | undefined;
  /** Issuers that sign with a secret of ours. */
  readonly sharedSecret: readonly TrustedIssuer[];
}

/** The URL of a resource over http or https. */
export const httpUrl = z
  .string()
  .refine((value) => URL.canParse(value) && /^https?:$/.test(new URL(value).protocol), 'must be a URL of http or https')
  .refine((value) => !URL.canParse(value) || new URL(value).username === '', 'must be a URL without a user name');

const issuerFault = (value: string) =>
  value === ownIssuer ? `must name another issuer than ${ownIssuer}, which this server is` : undefined;

/** Values of `iss` (RFC 7519 §4.1.1), compared as they are written. */
export const issuers = listOf(issuerFault);
/** One value of `iss`. */
export const issuer = z.string().refine((value) => !issuerFault(value), issuerFault(ownIssuer));

/** Whether a host is reached over the public network: neither an address of a private one nor a name without a dot. */
function isPublicHost(hostname: string): boolean {
  const address = hostname.replace(/^\[|\]$/g, '');
  return ipaddr.isValid(address) ? ipaddr.process(address).range() === 'unicast' : address.includes('.');
}

/** What is wrong with the URL of keys in production: keys that come unencrypted from a public host could be anybody's. */
export function jwksFaults(url: string | undefined): string[] {
  if (url === undefined || !URL.canParse(url)) return [];
  const { protocol, hostname } = new URL(url);
  if (protocol === 'https:' || !isPublicHost(hostname)) return [];
  return ['AUTH_JWKS_URL must be a URL of https in production, except on a private network'];
}

interface IssuerSettings {
  readonly AUTH_JWKS_URL?: string | undefined;
  readonly AUTH_ISSUER?: string | undefined;
  readonly AUTH_AUDIENCE?: string | undefined;
  readonly AUTH_HS256_ISSUERS: readonly string[];
}

/** By default as Better Auth's JWT plugin: issuer and audience are the origin of its URL. */
export function trustedIssuers({
  AUTH_JWKS_URL: url,
  AUTH_ISSUER,
  AUTH_AUDIENCE,
  AUTH_HS256_ISSUERS,
}: IssuerSettings): TrustedIssuers {
  const issuer = AUTH_ISSUER ?? (url === undefined ? '' : new URL(url).origin);
  return {
    jwks: url === undefined ? undefined : { url, issuer, audience: AUTH_AUDIENCE ?? issuer },
    sharedSecret: AUTH_HS256_ISSUERS.map((each) => ({ issuer: each, audience: AUTH_AUDIENCE ?? each })),
  };
}
