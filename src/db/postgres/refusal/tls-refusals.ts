import { NoChannelBinding } from '../connection/connect-errors.js';
import { hasCode, type Rule, rule, says } from './failure.js';

const unchecked = 'sslmode=no-verify encrypts without a check';

/** The names that a certificate is for, as Node's error has them: a list such as `DNS:db.example, IP Address:10.0.0.1`. */
function namesOf(error: unknown): string {
  const certificate = error instanceof Error && 'cert' in error ? error.cert : undefined;
  const names = Object(certificate).subjectaltname ?? `CN:${Object(certificate).subject?.CN ?? 'no name'}`;
  return String(names)
    .replace(/\p{Cc}/gu, '?')
    .slice(0, 200);
}

const authorityOf = (sslrootcert: string | undefined): string =>
  sslrootcert === undefined ? 'no authority that Node knows' : `no authority of ${sslrootcert} (sslrootcert)`;

/** What keeps a connection from being encrypted as the URL asks. */
export const tlsRefusals: readonly Rule[] = [
  rule(
    says(/does not support SSL connections/),
    'has no TLS, which sslmode asks for',
    'switch ssl on in postgresql.conf, or set sslmode=disable on a network that you trust',
  ),
  rule(
    hasCode(/^(SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT|UNABLE_TO_\w+)$/),
    ({ code, candidate }) => `has a certificate that ${authorityOf(candidate.tls?.sslrootcert)} signed (${code})`,
    `set sslrootcert to the file of the authority’s certificate; ${unchecked}`,
  ),
  rule(
    hasCode(/^ERR_TLS_CERT_ALTNAME_INVALID$/),
    ({ error }) => `has a certificate for other names: ${namesOf(error)}`,
    'connect by one of these names, or set sslrootcert and sslmode=verify-ca, which does not check the name',
  ),
  rule(hasCode(/^CERT_HAS_EXPIRED$/), 'has a certificate that has expired', `renew the server’s certificate; ${unchecked}`),
  rule(hasCode(/^CERT_NOT_YET_VALID$/), 'has a certificate that is not valid yet', 'see the clocks of both machines'),
  rule(
    (failure) => /certificate.required|CERTIFICATE_REQUIRED/.test(`${failure.code} ${failure.words}`),
    'asks for a certificate of this client',
    'set sslcert and sslkey',
  ),
  rule(
    hasCode(/ALERT_(UNKNOWN_CA|BAD_CERTIFICATE|CERTIFICATE_\w+|UNSUPPORTED_CERTIFICATE)$/),
    ({ code }) => `does not accept the certificate of sslcert (${code})`,
    'sslcert must be signed by an authority in the server’s ssl_ca_file',
  ),
  rule(
    ({ error }) => error instanceof NoChannelBinding,
    'offers no channel binding, which channel_binding=require asks for',
    'connect past a pooler, give the role a password of scram-sha-256, or set channel_binding=prefer',
  ),
  rule(
    (failure) => hasCode(/^(ERR_SSL_|ERR_TLS_|EPROTO$|CERT_)/)(failure) || says(/secure TLS connection/)(failure),
    ({ code, words }) => `cannot be reached by TLS (${code || words})`,
    'see ssl_min_protocol_version and the certificate in postgresql.conf, and the log of the server',
  ),
];
