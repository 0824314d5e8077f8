import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { acceptBeforeServing } from '../../src/server/accept-before-serving.js';
import { createPostgresDatabase } from '../support/databases.js';
import { eventually } from '../support/eventually.js';
import { startServer } from '../support/server-process.js';

describe('the server', () => {
  describe('while it is busy', () => {
    let server: Server;
    let clients: Socket[];
    let events: string[];
    let port: number;
    beforeEach(async () => {
      [clients, events] = [[], []];
      server = createServer();
      server.on('connection', () => events.push('connection'));
      const answer = acceptBeforeServing(server, (_request, response) => {
        events.push('answer');
        for (const start = performance.now(); performance.now() - start < 5; );
        response.end();
      });
      server.on('request', answer);
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      port = (server.address() as AddressInfo).port;
    });
    afterEach(async () => {
      for (const client of clients) client.destroy();
      await new Promise((resolve) => server.close(resolve));
    });

    /** Connects, asks at once, and resolves when it is answered. */
    const ask = (): Promise<void> =>
      new Promise((resolve) => {
        const client = connect(port, '127.0.0.1', () => client.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n'));
        client.once('data', () => resolve());
        clients.push(client);
      });

    it('accepts all pending connections before it responds to the first request', async () => {
      await Promise.all(Array.from({ length: 60 }, ask));
      expect(events.slice(0, 60)).toEqual(Array(60).fill('connection'));
      expect(events.slice(60)).toEqual(Array(60).fill('answer'));
    });

    it('delays requests by at most half a second when new connections keep arriving', async () => {
      const [atOnce, end] = [5, 600];
      const arrive = () => clients.push(connect(port, '127.0.0.1').on('error', () => {}));
      server.on('connection', () => {
        for (const start = performance.now(); performance.now() - start < 2; );
        if (events.length < end) arrive();
      });
      for (let n = 0; n < atOnce; n++) arrive();
      await ask();
      const connectionsBefore = events.indexOf('answer');
      expect(connectionsBefore).toBeGreaterThan(10);
      expect(connectionsBefore).toBeLessThan(end - atOnce);
      await eventually(() => events.length >= end, 10_000);
    });

    it('delays requests by little when new connections never stop arriving', async () => {
      const until = performance.now() + 3_000;
      const arrive = () => clients.push(connect(port, '127.0.0.1').on('error', () => {}));
      server.on('connection', () => {
        for (const start = performance.now(); performance.now() - start < 2; );
        if (performance.now() < until) arrive();
      });
      for (let n = 0; n < 5; n++) arrive();
      // The allowance of the first half second is used up.
      await ask();
      let requests = 0;
      for (; performance.now() < until; requests++) await ask();
      // A tenth of the time at most is spent waiting; each would wait for half a second.
      expect(requests).toBeGreaterThan(10);
    });
  });

  it('accepts a thousand simultaneous connections, even while its event loop is blocked', async () => {
    const { url, drop } = await createPostgresDatabase();
    const server = await startServer({ DATABASE_URL: url });
    const clients: Socket[] = [];
    try {
      server.process.kill('SIGSTOP');
      let connected = 0;
      for (let n = 0; n < 1_000; n++) {
        const client = connect(server.port, '127.0.0.1', () => connected++);
        clients.push(client.on('error', () => {}));
      }
      // One that is turned away tries again, in vain as long as nobody is let in.
      await eventually(() => connected === 1_000, 4_000);
      expect(connected).toBe(1_000);
    } finally {
      for (const client of clients) client.destroy();
      server.process.kill('SIGCONT');
      await server.stop();
      await drop();
    }
  });
});
