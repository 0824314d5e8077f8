import { isIP } from 'node:net';
import { isHost } from '../../../core/host.js';
import type { TlsSettings } from './tls.js';
import type { Parameters } from './url-parameters.js';

/** One address to try: a host, with or without TLS. */
export interface Candidate {
  /** A name, an address, or the folder of a socket. */
  readonly host: string;
  readonly port: number;
  /** Undefined for a connection that is not encrypted. */
  readonly tls: TlsSettings | undefined;
}

/** libpq's six modes, and node-postgres' `no-verify`. */
const sslModes = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full', 'no-verify'] as const;

/** Reads the ways to the database in the order of libpq: hosts as written, each with the encryptions that `sslmode` allows. */
export function readCandidates(parameters: Parameters): Candidate[] {
  const encryptions = readEncryptions(parameters);
  return readHosts(parameters).flatMap(({ host, port }) => {
    // A socket's file says who may use it: libpq never encrypts there.
    if (isSocket(host)) return [{ host, port, tls: undefined }];
    return encryptions(host).map((tls) => ({ host, port, tls }));
  });
}

/** Whether a host is the folder of a socket. */
export const isSocket = (host: string): boolean => host.startsWith('/');

/** Whether a host is this machine: nobody but its administrator reads what is sent there. */
const isLoopback = (host: string): boolean => host === 'localhost' || host === '::1' || /^127\./.test(host);

function readHosts(parameters: Parameters): { host: string; port: number }[] {
  const hosts = (parameters.text('host') ?? '').split(',').map((host) => host || 'localhost');
  const ports = (parameters.text('port') ?? '')
    .split(',')
    .map((port) => (port === '' ? 5432 : /^\d{1,5}$/.test(port) ? Number(port) : 0));
  if (!hosts.every((host) => isSocket(host) || isIP(host) || isHost(host)))
    parameters.fault('has a host that is no host name, no address (IPv6 in brackets) and no path of a socket');
  if (!ports.every((port) => port >= 1 && port <= 65_535))
    parameters.fault('has a port that is not a whole number from 1 to 65535');
  if (ports.length > 1 && ports.length !== hosts.length)
    parameters.fault('has a list of ports that is not as long as its list of hosts');
  return hosts.map((host, index) => ({ host, port: (ports.length > 1 ? ports[index] : ports[0]) ?? 5432 }));
}

/** @returns what `sslmode` makes of a host: undefined stands for a connection without TLS. */
function readEncryptions(parameters: Parameters): (host: string) => (TlsSettings | undefined)[] {
  const files = readFiles(parameters);
  const mode = readMode(parameters);
  if (mode === 'verify-ca' && !files.sslrootcert)
    parameters.fault('has sslmode=verify-ca without sslrootcert: with public authorities only sslmode=verify-full is safe');
  if (files.sslrootcert === 'system' && mode && mode !== 'verify-full')
    parameters.fault('has sslrootcert=system, which needs sslmode=verify-full');
  const isStrict = mode !== undefined && mode !== 'disable' && mode !== 'allow' && mode !== 'prefer';
  if (parameters.text('sslnegotiation') === 'direct' && !isStrict)
    parameters.fault('has sslnegotiation=direct, which needs sslmode=require, verify-ca or verify-full');
  if (parameters.text('channel_binding') === 'require' && mode === 'disable')
    parameters.fault('has channel_binding=require, which needs TLS');
  const full: TlsSettings = { mode: 'verify-full', ...files };
  // As in libpq, a file of authorities makes the modes that check nothing check the authority.
  const unchecked: TlsSettings = { mode: files.sslrootcert ? 'verify-ca' : 'encrypt', ...files };
  const modes = {
    disable: [undefined],
    allow: [undefined, unchecked],
    prefer: [unchecked, undefined],
    'no-verify': [{ ...unchecked, mode: 'encrypt' as const }],
    encrypt: [unchecked],
    'verify-ca': [{ mode: 'verify-ca' as const, ...files }],
    'verify-full': [full],
  };
  // libpq's default is prefer. Encrypting what never leaves the machine only costs time, unless the server insists.
  return (host) => modes[mode ?? (isLoopback(host) ? 'allow' : 'prefer')];
}

function readFiles(parameters: Parameters): Omit<TlsSettings, 'mode'> {
  const [sslrootcert, sslcert, sslkey, sslpassword] = ['sslrootcert', 'sslcert', 'sslkey', 'sslpassword'].map(parameters.text);
  if (sslcert && !sslkey)
    parameters.fault('has sslcert without sslkey (an authority’s certificate, which Prisma calls sslcert, is sslrootcert)');
  if (sslkey && !sslcert) parameters.fault('has sslkey without sslcert');
  return { sslrootcert, sslcert, sslkey, ...(sslpassword && { sslpassword: () => sslpassword }) };
}

/** `require` is what node-postgres 8 makes of it: as strict as `verify-full`, unless the URL asks for libpq's meaning. */
function readMode(parameters: Parameters) {
  const sslaccept = parameters.choice('sslaccept', ['strict', 'accept_invalid_certs']);
  const ssl = parameters.choice('ssl', ['true', 'false', '1', '0', 'no-verify']);
  const isLibpq = parameters.choice('uselibpqcompat', ['true', 'false']) === 'true';
  const mode = parameters.choice('sslmode', sslModes) ?? impliedMode(parameters, ssl);
  if (mode === 'require') return isLibpq || sslaccept === 'accept_invalid_certs' ? 'encrypt' : 'verify-full';
  return sslaccept === 'strict' && (mode === 'prefer' || mode === undefined) ? 'verify-full' : mode;
}

function impliedMode(parameters: Parameters, ssl: string | undefined): (typeof sslModes)[number] | undefined {
  if (ssl === 'no-verify') return ssl;
  if (ssl) return ssl === 'true' || ssl === '1' ? 'require' : 'disable';
  // Who names certificates wants them checked; `direct` has no fall-back.
  const isStrict = ['sslrootcert', 'sslcert', 'sslnegotiation'].some((name) => parameters.text(name));
  return isStrict ? 'verify-full' : undefined;
}
