import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, exportSPKI, generateKeyPair, type JWTHeaderParameters, type JWTPayload, SignJWT } from 'jose';
import { otherServers } from './conformance/validate.js';

/** A key pair of an issuer. */
export interface IssuerKey {
  readonly alg: string;
  readonly kid: string;
  readonly jwk: object;
  /** The public key in PEM. */
  readonly pem: string;
  sign(claims: JWTPayload, header?: Partial<JWTHeaderParameters>): Promise<string>;
}

/** Makes a key pair. */
export async function newIssuerKey(alg = 'EdDSA', kid = randomBytes(8).toString('hex')): Promise<IssuerKey> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  return {
    alg,
    kid,
    jwk: { ...(await exportJWK(publicKey)), alg, kid, use: 'sig' },
    pem: await exportSPKI(publicKey),
    sign: (claims, header = {}) => new SignJWT(claims).setProtectedHeader({ alg, kid, ...header }).sign(privateKey),
  };
}

/** An issuer whose keys a test decides. */
export interface Issuer {
  /** Its origin: by default issuer and audience of its tokens. */
  readonly url: string;
  readonly jwksUrl: string;
  /** The keys that it publishes. */
  keys: readonly IssuerKey[];
  /** Answers instead of the keys while it is set. */
  respond: ((response: ServerResponse) => void) | undefined;
  /** How often its keys were asked for. */
  requests(): number;
  /** Claims of a good token of a new person; `changes` replace them, undefined removes one. */
  claims(changes?: object): JWTPayload;
  close(): Promise<void>;
}

/** Starts an issuer on this machine. */
export async function startIssuer(keys: readonly IssuerKey[]): Promise<Issuer> {
  let count = 0;
  const issuer = { keys, respond: undefined } as Pick<Issuer, 'keys' | 'respond'>;
  const server = createServer((_request, response) => {
    count++;
    if (issuer.respond) return issuer.respond(response);
    response.setHeader('content-type', 'application/json');
    return response.end(JSON.stringify({ keys: issuer.keys.map(({ jwk }) => jwk) }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  otherServers.add(url);
  return Object.assign(issuer, {
    url,
    jwksUrl: `${url}/jwks`,
    requests: () => count,
    claims: (changes: object = {}) => ({ ...newClaims(url), ...changes }),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}

/** Claims of a good token of a new person. @param issuer also its audience. */
export function newClaims(issuer: string) {
  const id = randomBytes(8).toString('hex');
  const now = Math.floor(Date.now() / 1000);
  return { iss: issuer, aud: issuer, sub: id, email: `${id}@example.com`, name: 'Grace', iat: now, exp: now + 900 };
}
