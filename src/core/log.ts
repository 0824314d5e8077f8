import { type DestinationStream, type Logger, pino } from 'pino';

export type { Logger };

/** Lines go out together, at the latest after so many milliseconds, and when the process ends: one by one, each wakes a thread. */
const gathered = { minLength: 4096, periodicFlush: 100 } as const;

/**
 * The process's log: one JSON object a line on standard output.
 * Nothing that is logged carries a body, a password or a token; the redaction below is the second net.
 * @param destination for tests; standard output otherwise, written asynchronously.
 */
export function createLogger({ debug }: { debug: boolean }, destination?: DestinationStream): Logger {
  return pino(
    {
      level: debug ? 'debug' : 'info',
      base: undefined,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: ['*.password', '*.token', '*.authorization', '*.refreshToken', '*.accessToken'], remove: true },
    },
    destination ?? pino.destination({ fd: 1, sync: false, ...gathered }),
  );
}
