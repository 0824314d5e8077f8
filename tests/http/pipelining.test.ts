import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { servePipelinedInOrder } from '../../src/server/pipelining.js';
import { eventually } from '../support/eventually.js';

describe('pipelined requests', () => {
  const count = 10_000;
  const requests = Array.from({ length: count }, (_, n) => `GET /${n} HTTP/1.1\r\nHost: localhost\r\n\r\n`).join('');
  let server: Server;
  let client: Socket;
  let respond: RequestListener;
  let started: string[];
  let parsed: number;
  let received: string;
  beforeEach(async () => {
    [started, parsed, received] = [[], 0, ''];
    server = createServer();
    server.on('request', () => parsed++);
    server.on(
      'request',
      servePipelinedInOrder((request, response) => {
        started.push(request.url ?? '');
        respond(request, response);
      }),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    client = connect((server.address() as AddressInfo).port, '127.0.0.1');
    client.setEncoding('latin1').on('data', (text: string) => {
      received += text;
    });
  });
  afterEach(async () => {
    client.destroy();
    await new Promise((resolve) => server.close(resolve));
  });

  it('are served one at a time and in order, all of them', async () => {
    let [active, mostActive] = [0, 0];
    respond = async (request, response) => {
      mostActive = Math.max(mostActive, ++active);
      await setImmediate();
      active--;
      response.end(request.url);
    };
    client.write(requests);
    await eventually(() => received.endsWith(`/${count - 1}`), 20_000);
    expect(started).toEqual(Array.from({ length: count }, (_, n) => `/${n}`));
    expect(received.match(/\/\d+(?=HTTP|$)/g)).toEqual(started);
    expect(mostActive).toBe(1);
  });

  it('are read no further while some of them wait', async () => {
    const held: ServerResponse[] = [];
    let responses = 0;
    // Node reads on after each response.
    respond = async (_request, response) => {
      if (++responses > 20) held.push(response);
      else response.end();
    };
    client.write(requests);
    await eventually(() => held.length > 0, 20_000);
    // What would be read has arrived by then.
    await setTimeout(100);
    expect(parsed).toBeLessThan(3_500);
    respond = (_request, response) => response.end();
    held[0]?.end();
    await eventually(() => started.length === count, 20_000);
  });
});
