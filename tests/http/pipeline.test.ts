import { afterEach, describe, expect, it } from '@jest/globals';
import type { Plugin } from 'graphql-yoga';
import { pino } from 'pino';
import type { ServerContext } from '../../src/http/exchange.js';
import { LightResponse } from '../../src/http/light-fetch.js';
import { type Listening, listen } from '../../src/http/listen.js';
import { createPipeline } from '../../src/http/pipeline.js';
import { useRequestId } from '../../src/http/use-request-id.js';

describe('http/pipeline', () => {
  let listening: Listening;
  afterEach(() => listening.stop());

  /** Listens with these plugins before one that answers, and takes down what is logged. */
  async function open(...plugins: Plugin<object, ServerContext>[]) {
    const lines: Record<string, unknown>[] = [];
    const log = pino({ base: undefined }, { write: (line: string) => lines.push(JSON.parse(line)) });
    const answer = async () => new LightResponse('fine', { headers: { 'Content-Type': 'text/plain' } });
    const { listener } = createPipeline([useRequestId(), ...plugins], answer, { Request, URL } as never, log);
    listening = await listen(listener, { host: '127.0.0.1', port: 0 });
    return { lines, url: `http://127.0.0.1:${listening.port}/` };
  }

  it('ends the connection, and says why in the log, when a plugin fails on the way out', async () => {
    const { url, lines } = await open({
      onResponse: () => {
        throw new Error('no answer leaves');
      },
    });
    await expect(fetch(url)).rejects.toThrow('fetch failed');
    expect(lines).toEqual([expect.objectContaining({ level: 50, msg: 'a request was not answered' })]);
  });
});
