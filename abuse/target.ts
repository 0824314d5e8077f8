import { randomBytes } from 'node:crypto';
import { type ServerProcess, startServer } from '../tests/support/server-process.js';
import { type HonestClient, openHonestClient } from './honest-client.js';
import { type OpenSockets, openSockets } from './sockets.js';

/** A server that is abused, and a person who uses it honestly. */
export interface Target {
  readonly url: string;
  readonly port: number;
  /** Of the server's process. */
  readonly pid: number;
  readonly token: string;
  /** A task of that person. */
  readonly taskId: number;
  /** Reads that task and the health. */
  readonly honestClient: HonestClient;
  /** What the server has logged. */
  log(): string;
  /** Opens connections to it. */
  open: OpenSockets;
  /** Deletes the person, and ends the server. */
  close(): Promise<void>;
}

const password = 'correct horse battery';

/**
 * Starts the built server in production mode, without rate limits: those would refuse most of the abuse.
 * @param settings variables of its environment, such as `DATABASE_URL`.
 */
export async function startTarget(settings: Record<string, string>): Promise<Target> {
  const production = { NODE_ENV: 'production', BETTER_AUTH_SECRET: 'abuse-signs-with-this-and-nothing-else-does' };
  const server = await startServer({ ...production, ...settings });
  try {
    return await prepare(server);
  } catch (error) {
    await server.stop();
    throw error;
  }
}

async function prepare({ url, port, process, output, stop }: ServerProcess): Promise<Target> {
  const call = async (method: string, path: string, body: object, token?: string): Promise<Record<string, unknown>> => {
    const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
    const response = await fetch(url + path, { method, headers, body: JSON.stringify(body) });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text === '' ? {} : JSON.parse(text);
  };
  const email = `${randomBytes(8).toString('hex')}@example.com`;
  const { access_token } = await call('POST', '/api/auth/signup', { email, password, name: 'Ada' });
  const token = String(access_token);
  const { id } = await call('POST', '/api/tasks', { title: 'Buy groceries' }, token);
  const honestClient = await openHonestClient({ url, token, paths: [`/api/tasks/${id}`, '/health'] });
  return {
    url,
    port,
    pid: process.pid ?? 0,
    token,
    taskId: Number(id),
    honestClient,
    log: output,
    open: (count, options) => openSockets(port, count, options),
    close: async () => {
      honestClient.close();
      try {
        await call('DELETE', '/api/users/me', { password }, token);
      } finally {
        await stop();
      }
    },
  };
}
