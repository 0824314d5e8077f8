import { setFlagsFromString } from 'node:v8';
import { type App, createApp } from './app.js';
import { type Config, ConfigError, readConfig } from './config.js';
import { StartError } from './core/start-error.js';
import { listen, type RunningServer } from './server/socket.js';

/** How long what is in flight may take once we are told to stop, in milliseconds. */
const patienceMs = 9_000;

try {
  const config = readConfig();
  // Without PGlite all the WebAssembly there is compiles Prisma's queries, whose plans are kept: to optimise it takes 60 MB that stay.
  if (config.database.url) setFlagsFromString('--liftoff-only');
  const app = await createApp(config);
  const listening = await listen(app.server, config, app.log).catch(async (error) => {
    await app.close();
    throw error;
  });
  greet(config, listening.port);
  stopOnSignal(app, listening);
} catch (error) {
  console.error(reasonNotToStart(error));
  process.exit(1);
}

function greet({ host, database, explorer, budgets }: Config, port: number): void {
  const base = `http://${host === '0.0.0.0' || host === '::' ? 'localhost' : host}:${port}`;
  console.log(`Tandem runs on ${database.url ? 'PostgreSQL' : 'its embedded database'}.`);
  if (explorer) console.log(`  GraphiQL   ${base}/graphql`);
  console.log(`  REST docs  ${base}/docs`);
  console.log(`  Health     ${base}/health`);
  if (!budgets) console.warn('  WARNING: RATE_LIMIT=off, anybody may try passwords and send requests without limit.');
}

function stopOnSignal(app: App, listening: RunningServer): void {
  let stopping = false;
  const stop = async (signal: NodeJS.Signals) => {
    // A second signal is an order.
    if (stopping) process.exit(1);
    stopping = true;
    app.log.info({ signal }, 'stopping');
    setTimeout(() => process.exit(1), patienceMs).unref();
    await listening.stop();
    await app.close();
    process.exit(0);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

function reasonNotToStart(error: unknown): string {
  if (error instanceof ConfigError) return error.faults.map((fault) => `Tandem cannot start: ${fault}.`).join('\n');
  if (error instanceof StartError) return `Tandem cannot start: ${error.message}`;
  return `Tandem cannot start: ${error instanceof Error ? error.stack : String(error)}`;
}
