import { type App, createApp } from './app.js';
import { type Config, ConfigError, readConfig } from './config.js';
import { hostInUrl } from './core/host.js';
import { StartError } from './core/start-error.js';
import { createLogger, type Logger } from './log/log.js';
import { createStackMapper } from './log/source-maps.js';
import { listen, type RunningServer } from './server/socket.js';

/** How long the process may take to end once it is told to, in milliseconds; then it exits with 1. */
const shutdownTimeoutMs = 9_000;

/** Of that, how long the reader of standard output may take to read the last lines of the log, in milliseconds. */
const logFlushTimeoutMs = 1_000;

/** npm forwards SIGINT to a server that Ctrl-C in the terminal has reached as well: within this time it is the same signal. */
const repeatedSignalMs = 1_000;

/** What a shutdown has to end. */
interface Running {
  app?: App;
  server?: RunningServer;
}

try {
  await start(readConfig());
} catch (error) {
  console.error(startupMessage(error));
  process.exit(1);
}

async function start(config: Config): Promise<void> {
  const log = createLogger(config);
  const running: Running = {};
  const shutDown = createShutdown(log, running);
  shutDownOnFault(log, shutDown);
  // From the first moment: without a handler the first process of a container ignores signals.
  shutDownOnSignal(log, shutDown);
  if (config.production) secureProcess(log);
  try {
    running.app = await createApp(config, { log });
    running.server = await listen(running.app.server, config, log);
    await running.app.ready;
  } catch (error) {
    await running.server?.stop();
    await running.app?.close();
    await flushed(log);
    throw error;
  }
  announce(config, running.server.port, log);
}

/** In production standard output carries JSON lines and nothing else. */
function announce(config: Config, port: number, log: Logger): void {
  const { host, database, explorer, production, rateLimits } = config;
  const url = `http://${host === '0.0.0.0' || host === '::' ? 'localhost' : hostInUrl(host)}:${port}`;
  if (!production) {
    printUrls(config, url);
    return;
  }
  const pages = { ...(explorer && { graphiql: `${url}/graphql` }), docs: `${url}/docs`, health: `${url}/health` };
  log.info({ url, database: database.url ? 'postgresql' : 'embedded', ...pages }, 'server.started');
  if (!rateLimits) log.warn('rate-limits.disabled');
}

function printUrls({ database, explorer, rateLimits }: Config, url: string): void {
  console.log(`Tandem runs on ${database.url ? 'PostgreSQL' : 'its embedded database'}.`);
  if (explorer) console.log(`  GraphiQL   ${url}/graphql`);
  console.log(`  REST docs  ${url}/docs`);
  console.log(`  Health     ${url}/health`);
  if (!rateLimits) console.warn('  WARNING: RATE_LIMIT=off, anybody may try passwords and send requests without limit.');
}

/**
 * Makes the function that ends the process in order: no new connections, requests in flight finish, the database closes,
 * the log is written. Called again, it only raises the exit code.
 */
function createShutdown(log: Logger, running: Running): (exitCode: 0 | 1) => Promise<void> {
  let isStopping = false;
  return async (exitCode) => {
    if (exitCode === 1) process.exitCode = 1;
    if (isStopping) return;
    isStopping = true;
    setTimeout(() => {
      log.error({ timeoutMs: shutdownTimeoutMs }, 'shutdown.timed-out');
      log.flush();
      process.exit(1);
    }, shutdownTimeoutMs);
    try {
      await running.server?.stop();
      await running.app?.close();
    } catch (err) {
      log.error({ err }, 'shutdown.failed');
      process.exitCode = 1;
    }
    await flushed(log);
    process.exit();
  };
}

/** Resolves when the log is written, its reader is gone, or the time for it is over. */
function flushed(log: Logger): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, logFlushTimeoutMs);
    log.flush(() => resolve());
  });
}

function shutDownOnSignal(log: Logger, shutDown: (exitCode: 0) => Promise<void>): void {
  let firstAt: number | undefined;
  const onSignal = (signal: NodeJS.Signals) => {
    // A second signal exits immediately.
    if (firstAt !== undefined) {
      if (performance.now() - firstAt < repeatedSignalMs) return;
      log.flush();
      process.exit(1);
    }
    firstAt = performance.now();
    log.info({ signal }, 'shutdown.started');
    void shutDown(0);
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  process.on('SIGHUP', onSignal);
}

/** After an error that nothing caught the state of the process is unknown: it ends, and its supervisor starts a new one. */
function shutDownOnFault(log: Logger, shutDown: (exitCode: 1) => Promise<void>): void {
  for (const [event, name] of [
    ['uncaughtException', 'process.uncaught-exception'],
    ['unhandledRejection', 'process.unhandled-rejection'],
  ] as const) {
    process.on(event, (err: unknown) => {
      log.fatal({ err }, name);
      void shutDown(1);
    });
  }
}

/** Node prints warnings as text, and its inspector runs any code: in production both become lines of the log. */
function secureProcess(log: Logger): void {
  process.removeAllListeners('warning');
  process.on('warning', (err) => log.warn({ err }, 'process.warning'));
  process.on('SIGUSR1', () => log.warn('inspector.disabled'));
}

function startupMessage(error: unknown): string {
  if (error instanceof ConfigError) return error.faults.map((fault) => `Tandem cannot start: ${fault}.`).join('\n');
  if (error instanceof StartError) return `Tandem cannot start: ${error.message}`;
  const reason = error instanceof Error ? createStackMapper()(String(error.stack)) : String(error);
  return `Tandem cannot start: ${reason}`;
}
