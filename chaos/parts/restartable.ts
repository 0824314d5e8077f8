import { type ServerProcess, startServer } from '../../tests/support/server-process.js';
import { freePort } from '../../tests/support/shell.js';

/** The product as a process that can be killed and started again at the same port. */
export interface RestartableServer {
  readonly url: string;
  readonly port: number;
  /** What it has logged, in all its lives. */
  log(): string;
  /** Ends it by SIGKILL. */
  kill(): Promise<void>;
  start(): Promise<void>;
  /** Asks it to end. @throws Error when it does not. */
  stop(): Promise<void>;
}

/** Starts the product in production mode, without rate limits. @param settings variables beside those. */
export async function startRestartable(settings: Record<string, string>): Promise<RestartableServer> {
  const port = await freePort();
  const production = { NODE_ENV: 'production', BETTER_AUTH_SECRET: 'chaos-signs-with-this-and-nothing-else-does' };
  const launch = () => startServer({ ...production, API_PORT: String(port), ...settings });
  let server: ServerProcess | undefined = await launch();
  let earlierLog = '';
  const end = async (signal: NodeJS.Signals) => {
    const ending = server;
    server = undefined;
    await ending?.stop(signal);
    earlierLog += ending?.output() ?? '';
  };
  return {
    url: server.url,
    port,
    log: () => earlierLog + (server?.output() ?? ''),
    kill: () => end('SIGKILL'),
    start: async () => {
      server = await launch();
    },
    stop: () => end('SIGTERM'),
  };
}
