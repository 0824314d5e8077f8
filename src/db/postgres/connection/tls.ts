import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type ConnectionOptions, rootCertificates } from 'node:tls';
import { fileErrorReason } from '../../../core/file-error.js';
import { StartError } from '../../../core/start-error.js';

/** How a connection is encrypted, in libpq's terms. */
export interface TlsSettings {
  /** `encrypt` checks nothing, `verify-ca` that a known authority signed the certificate, `verify-full` also the host's name. */
  readonly mode: 'encrypt' | 'verify-ca' | 'verify-full';
  /** Path of the authorities' certificates, or `system`; undefined for those that Node brings. */
  readonly sslrootcert?: string;
  /** Path of the certificate by which the server knows this client, and of its key. */
  readonly sslcert?: string;
  readonly sslkey?: string;
  /** Of an encrypted key; a function, so that no log of the settings shows it. */
  readonly sslpassword?: () => string;
}

/** Where Debian, Red Hat and Alpine keep the authorities that the machine trusts. */
const systemBundles = ['/etc/ssl/certs/ca-certificates.crt', '/etc/pki/tls/certs/ca-bundle.crt', '/etc/ssl/cert.pem'];

/**
 * Reads the certificates. Called for each connection, so that a renewed certificate needs no restart.
 * @throws StartError that names the parameter and the path of a file that cannot be used.
 */
export function tlsOptions({ mode, sslrootcert, sslcert, sslkey, sslpassword }: TlsSettings): ConnectionOptions {
  const options: ConnectionOptions = { rejectUnauthorized: mode !== 'encrypt' };
  if (mode === 'verify-ca') options.checkServerIdentity = () => undefined;
  if (sslrootcert === 'system') options.ca = [...rootCertificates, ...systemCertificates()];
  else if (sslrootcert) options.ca = readCertificate('sslrootcert', sslrootcert);
  if (!sslcert || !sslkey) return options;
  options.cert = readCertificate('sslcert', sslcert);
  const key = readKey(sslkey, sslpassword?.());
  const certificate = new X509Certificate(options.cert);
  if (!certificate.checkPrivateKey(key))
    throw new StartError(`DATABASE_URL: sslkey: ${sslkey} is not the key of the certificate ${sslcert} (sslcert).`);
  // Decrypted, so that the options need no passphrase. pg hides the key from logs in the same way, and reads it by its name.
  const value = key.export({ type: 'pkcs8', format: 'pem' });
  return Object.defineProperty(options, 'key', { value, enumerable: false, configurable: true, writable: true });
}

function systemCertificates(): string[] {
  for (const file of systemBundles) {
    try {
      return [readFileSync(file, 'utf8')];
    } catch {}
  }
  return [];
}

function readPem(parameter: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    // Without its cause: a file that is missing is nothing to wait for.
    throw new StartError(`DATABASE_URL: ${parameter}: ${file} cannot be read: ${fileErrorReason(error)}.`);
  }
}

function readCertificate(parameter: string, file: string): string {
  const pem = readPem(parameter, file);
  try {
    new X509Certificate(pem);
    return pem;
  } catch (cause) {
    throw new StartError(`DATABASE_URL: ${parameter}: ${file} holds no certificate in the PEM format.`, { cause });
  }
}

function readKey(file: string, passphrase: string | undefined): KeyObject {
  const key = readPem('sslkey', file);
  try {
    return createPrivateKey({ key, passphrase });
  } catch (cause) {
    const isEncrypted = key.includes('ENCRYPTED');
    const reason = isEncrypted ? 'is encrypted: sslpassword must be its password' : 'holds no private key in the PEM format';
    throw new StartError(`DATABASE_URL: sslkey: ${file} ${reason}.`, { cause });
  }
}
