import type { Redis } from 'ioredis';
import { RateLimiterRes } from 'rate-limiter-flexible';
import { z } from 'zod';
import type { Logger } from '../log/log.js';

/** The value of `REDIS_URL`. The message never repeats it: it may hold a password. */
export const redisUrl = z.string().refine((text) => {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, pathname } = new URL(text);
  return (protocol === 'redis:' || protocol === 'rediss:') && hostname !== '' && /^\/?\d{0,4}$/.test(pathname);
}, 'must be a URL such as redis://localhost:6379, or rediss://user:password@redis.example.com:6380/0');

/** A connection to Redis that may be away at any time. */
export interface RedisConnection {
  readonly client: Redis;
  /**
   * Runs `shared` while Redis responds, and `local` otherwise or when `shared` fails for another reason than a limit.
   * @throws RateLimiterRes when the limit is exceeded.
   */
  run<T>(shared: () => Promise<T>, local: () => Promise<T>): Promise<T>;
  close(): void;
}

/** The longest wait for a response, in milliseconds. The connection is then closed: later requests do not wait. */
const commandTimeoutMs = 200;
/** The longest wait for a connection, in milliseconds. No request waits for it. */
const connectTimeoutMs = 2_000;
/** The longest wait between two attempts to connect, in milliseconds. */
const maxRetryDelayMs = 1_000;

/**
 * Connects in the background: neither the start nor a request waits for the connection. Logs `rate-limits.degraded` when Redis
 * goes away, or is away at the start, and `rate-limits.shared` when it is back.
 */
export async function connectRedis(url: string, log: Logger): Promise<RedisConnection> {
  const client = await createClient(url);
  let isDegraded = false;
  let isClosed = false;
  let lastError: unknown;

  function degrade(err: unknown): void {
    if (isDegraded || isClosed) return;
    isDegraded = true;
    log.warn({ err }, 'rate-limits.degraded');
  }
  function recover(): void {
    if (!isDegraded) return;
    isDegraded = false;
    log.info('rate-limits.shared');
  }
  client.on('error', (error) => {
    lastError = error;
  });
  client.on('close', () => degrade(lastError));
  client.on('ready', () => {
    lastError = undefined;
    recover();
  });

  return {
    client,
    run: async (shared, local) => {
      if (client.status !== 'ready') return local();
      try {
        const result = await shared();
        if (isDegraded) recover();
        return result;
      } catch (error) {
        if (error instanceof RateLimiterRes) throw error;
        degrade(error);
        return local();
      }
    },
    close: () => {
      isClosed = true;
      client.disconnect();
    },
  };
}

async function createClient(url: string): Promise<Redis> {
  // Loaded here: a deployment without Redis does not pay for it.
  const { Redis: Client } = await import('ioredis');
  return new Client(url, {
    connectionName: 'tandem',
    connectTimeout: connectTimeoutMs,
    commandTimeout: commandTimeoutMs,
    // Closes the connection of a server that hangs.
    socketTimeout: commandTimeoutMs,
    disconnectTimeout: commandTimeoutMs,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    retryStrategy: (times) => Math.min(times * 100, maxRetryDelayMs),
  });
}
