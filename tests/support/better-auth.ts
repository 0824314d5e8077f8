import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import path from 'node:path';
import { otherServers } from './conformance/validate.js';

/** A person whom Better Auth signed in. */
interface BetterAuthUser {
  readonly id: string;
  readonly email: string;
  /** A token of the JWT plugin. */
  readonly jwt: string;
  /** The opaque session token, which the bearer plugin accepts. */
  readonly sessionToken: string;
  /** The value of the cookie `better-auth.session_data`. */
  readonly sessionData: string;
}

/** A Better Auth server in a process of its own. */
export interface BetterAuthServer {
  /** Its base URL. */
  readonly url: string;
  readonly jwksUrl: string;
  signUp(): Promise<BetterAuthUser>;
  /** A new token of the JWT plugin. */
  token(user: Pick<BetterAuthUser, 'sessionToken'>): Promise<string>;
  /** Makes it sign with a new key from now on. */
  rotateKeys(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a real Better Auth server. */
export async function startBetterAuth(): Promise<BetterAuthServer> {
  const script = path.join(import.meta.dirname, 'better-auth-process.js');
  const server = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'], env: { PATH: process.env.PATH } });
  const [line] = (await once(server.stdout.setEncoding('utf8'), 'data')) as [string];
  const url = line.trim();
  otherServers.add(url);
  const post = (route: string, body: object) =>
    fetch(`${url}${route}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: url },
      body: JSON.stringify(body),
    });

  async function token({ sessionToken }: Pick<BetterAuthUser, 'sessionToken'>): Promise<string> {
    const response = await fetch(`${url}/api/auth/token`, { headers: { authorization: `Bearer ${sessionToken}` } });
    return ((await response.json()) as { token: string }).token;
  }

  return {
    url,
    jwksUrl: `${url}/api/auth/jwks`,
    token,
    signUp: async () => {
      const email = `${randomBytes(8).toString('hex')}@example.com`;
      const response = await post('/api/auth/sign-up/email', { email, password: 'correct horse battery', name: 'Grace' });
      const { user } = (await response.json()) as { user: { id: string } };
      const sessionToken = response.headers.get('set-auth-token') ?? '';
      const cookies = response.headers.getSetCookie().map((cookie) => /^([^=]+)=([^;]*)/.exec(cookie) ?? []);
      const sessionData = cookies.find(([, name]) => name === 'better-auth.session_data')?.[2] ?? '';
      return { id: user.id, email, sessionToken, sessionData, jwt: await token({ sessionToken }) };
    },
    rotateKeys: async () => {
      await fetch(`${url}/rotate-keys`, { method: 'POST' });
    },
    stop: async () => {
      const exited = once(server, 'exit');
      server.kill();
      await exited;
    },
  };
}
