import { databaseServers } from '../../tests/support/debian/haproxy.js';
import type { Fault } from '../fault.js';
import { database, storedIn } from '../parts/parts.js';

/** The primary is killed, and its synchronous standby takes over. */
export const failover: Fault = {
  name: 'failover',
  description: 'The primary is killed (SIGKILL), and pg_promote makes its synchronous standby the primary; HAProxy leads to it.',
  prepare: async (parts) => {
    const primary = await parts.postgres();
    const standby = await parts.synchronousStandby(primary);
    const haproxy = await parts.haproxy(databaseServers([primary, standby].map(({ port }) => `127.0.0.1:${port}`)));
    const server = await parts.server(Object.assign(new URL(primary.url(database)), { port: String(haproxy.port) }).href);
    const inject = async () => {
      await primary.kill();
      await standby.query('SELECT pg_promote()');
    };
    return { url: server.url, stored: storedIn(standby), log: server.log, inject };
  },
};
