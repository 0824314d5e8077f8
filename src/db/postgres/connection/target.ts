import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { Logger } from '../../../log/log.js';
import { type ConnectionSettings, parseConnectionUrl } from './connection-url.js';
import { createHosts } from './hosts.js';
import { createClientClass } from './hosts-client.js';
import type { LibpqEnvironment } from './url-parameters.js';
import { directUrlOf } from './url-text.js';

/**
 * How long a connection may take to be made when neither the URL nor a pool says, in milliseconds: a serverless database that sleeps is
 * started by it. Without a limit the kernel gives up after two minutes.
 */
const connectTimeoutMs = 10_000;

/** A database, and how clients and pools reach it. */
export interface ConnectionTarget {
  readonly settings: ConnectionSettings;
  /** For a pool. */
  readonly config: { readonly Client: ReturnType<typeof createClientClass>; readonly application_name: string };
  /** Gives up the attempts to connect that are under way, and refuses others. */
  stopConnecting(): void;
}

/**
 * Reads a URL.
 * @param libpq what it leaves open.
 * @throws StartError for a fault of the URL.
 */
export function createTarget(url: string, libpq: LibpqEnvironment | undefined, log: Pick<Logger, 'warn'>): ConnectionTarget {
  const settings = parseConnectionUrl(url, libpq);
  const hosts = createHosts(settings, (warning) => log.warn({ warning }, 'database.warning'));
  const Client = createClientClass(hosts, { connectionTimeoutMillis: connectTimeoutMs });
  return { settings, config: { Client, application_name: 'tandem' }, stopConnecting: hosts.stopConnecting };
}

/** Makes a connection. @param more for this one alone. */
export async function connectTo({ config }: ConnectionTarget, more: pg.ClientConfig = {}): Promise<pg.Client> {
  const { Client, ...common } = config;
  const client = new Client({ ...common, ...more });
  await client.connect();
  return client;
}

/**
 * Reads the URL that leads past a pooler.
 * @param target of the URL for statements.
 * @returns `target` itself when no other URL is given or derived.
 */
export function createDirectTarget(
  target: ConnectionTarget,
  { url, directUrl = directUrlOf(url), libpq }: DirectSettings,
  log: Pick<Logger, 'warn'>,
): ConnectionTarget {
  return directUrl === url ? target : createTarget(directUrl, libpq, log);
}

interface DirectSettings {
  readonly url: string;
  readonly directUrl?: string | undefined;
  readonly libpq?: LibpqEnvironment | undefined;
}

/** How long the end of a connection may take, in milliseconds. */
const endTimeoutMs = 500;

/** Waits for something to settle, no longer than the end of a connection may take. */
export async function settledInTime(work: Promise<unknown> | undefined): Promise<void> {
  await Promise.race([work?.catch(() => {}), sleep(endTimeoutMs, undefined, { ref: false })]);
}

/** Ends a connection: gracefully, unless the server does not answer. */
export async function endInTime(client: pg.Client): Promise<void> {
  await settledInTime(client.end());
  client.connection.stream.destroy();
}
