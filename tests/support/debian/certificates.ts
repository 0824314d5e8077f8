import { randomBytes } from 'node:crypto';
import { copyFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { DebianPostgres } from '../debian-postgres.js';
import { run } from './daemon.js';

/** An authority that signs certificates, with files in one folder. */
export interface Authority {
  /** Its own certificate. */
  readonly file: string;
  /**
   * Signs a certificate for a new key.
   * @param subject the common name.
   * @param names such as `DNS:localhost`.
   * @param days it is valid for; negative for one that has expired.
   */
  sign(subject: string, names?: string, days?: number): Promise<KeyPair>;
}

/** Paths of a certificate and of its key. */
export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

/** Makes an authority with openssl. @param folder of its files. */
export async function makeAuthority(folder: string, name: string): Promise<Authority> {
  const [file, authorityKey] = [path.join(folder, `${name}.pem`), path.join(folder, `${name}.key`)];
  await run('openssl', ['req', '-x509', ...newKey, '-keyout', authorityKey, '-out', file, '-subj', `/CN=${name}`, '-days', '30']);
  return {
    file,
    sign: async (subject, names, days = 30) => {
      const base = path.join(folder, randomBytes(4).toString('hex'));
      const [cert, key, request, extensions] = ['.crt', '.key', '.csr', '.ext'].map((end) => base + end) as [
        ...[string, string, string, string],
      ];
      await run('openssl', ['req', ...newKey, '-keyout', key, '-out', request, '-subj', `/CN=${subject}`]);
      await writeFile(extensions, names ? `subjectAltName=${names}\n` : '\n');
      const signed = ['-CA', file, '-CAkey', authorityKey, '-CAcreateserial', '-days', String(days), '-extfile', extensions];
      await run('openssl', ['x509', '-req', '-in', request, '-out', cert, ...signed]);
      return { cert, key };
    },
  };
}

/** Makes a server use a certificate, and trust an authority for those of its clients. */
export async function useCertificate(postgres: DebianPostgres, { cert, key }: KeyPair, authority: string): Promise<void> {
  const data = path.join(postgres.socketFolder, 'data');
  const names = { ssl_cert_file: cert, ssl_key_file: key, ssl_ca_file: authority };
  for (const [setting, file] of Object.entries(names)) {
    const target = path.join(data, path.basename(file));
    await copyFile(file, target);
    await run('chown', ['--reference', data, target]);
    await run('chmod', ['600', target]);
    await postgres.query(`ALTER SYSTEM SET ${setting} = '${path.basename(file)}'`);
  }
  await postgres.query('ALTER SYSTEM SET ssl = on');
  await postgres.query('SELECT pg_reload_conf()');
}

/** Says who may connect over the network, in lines of pg_hba.conf. The superuser's socket stays open. */
export async function setAccess(postgres: DebianPostgres, lines: readonly string[]): Promise<void> {
  const file = path.join(postgres.socketFolder, 'data', 'pg_hba.conf');
  await writeFile(file, ['local all all trust', ...lines, ''].join('\n'));
  await postgres.query('SELECT pg_reload_conf()');
}
