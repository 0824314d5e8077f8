import { httpServers } from '../../tests/support/debian/haproxy.js';
import type { Fault } from '../fault.js';
import { database, storedIn } from '../parts/parts.js';
import { repeatFor } from '../repeat.js';

/** kill -9 of the only server. */
export const serverKill: Fault = {
  name: 'server-kill',
  description: 'The server is killed (SIGKILL) and restarted repeatedly.',
  breaksConnections: true,
  prepare: async (parts) => {
    const postgres = await parts.postgres();
    const server = await parts.server(postgres.url(database));
    const killAndStart = async () => {
      await server.kill();
      await server.start();
    };
    const inject = (seconds: number) => repeatFor(seconds, 500, killAndStart);
    return { url: server.url, stored: storedIn(postgres), log: server.log, inject };
  },
};

/** kill -9 of one of two servers behind a balancer. */
export const balancedServerKill: Fault = {
  name: 'balanced-server-kill',
  description: 'HAProxy balances two servers, and one of them is killed (SIGKILL) and restarted repeatedly.',
  breaksConnections: true,
  prepare: async (parts) => {
    const postgres = await parts.postgres();
    const servers = [await parts.server(postgres.url(database)), await parts.server(postgres.url(database))] as const;
    const haproxy = await parts.haproxy(httpServers(servers.map(({ port }) => `127.0.0.1:${port}`)));
    const killAndStart = async () => {
      await servers[0].kill();
      await servers[0].start();
    };
    return {
      url: `http://127.0.0.1:${haproxy.port}`,
      stored: storedIn(postgres),
      log: () => servers.map((server) => server.log()).join(''),
      inject: (seconds) => repeatFor(seconds, 500, killAndStart),
    };
  },
};
