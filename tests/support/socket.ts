import { once } from 'node:events';
import { connect } from 'node:net';
import { listen, type RunningServer } from '../../src/server/socket.js';
import { openTestApp, type TestApp } from './app.js';
import { validateSocketResponse } from './conformance/wire.js';
import type { Fetch } from './styles.js';

/** The app behind a socket. */
export interface SocketApp extends TestApp {
  readonly port: number;
  readonly listening: RunningServer;
  /** Such as `http://127.0.0.1:40123`. */
  readonly url: string;
  /** Takes the path of an address and sends it over the socket. */
  readonly wireFetch: Fetch;
}

/** Makes the app and lets it listen. @param settings variables of the environment. */
export async function openSocketApp(settings: Record<string, string> = {}): Promise<SocketApp> {
  const app = await openTestApp(settings);
  const listening = await listen(app.app.server, { host: '127.0.0.1', port: 0 }, app.app.log);
  const url = `http://127.0.0.1:${listening.port}`;
  return {
    ...app,
    listening,
    url,
    wireFetch: (address, init) => {
      const { pathname, search } = new URL(address, url);
      return fetch(url + pathname + search, init);
    },
    port: listening.port,
    close: async () => {
      await listening.stop();
      await app.close();
    },
  };
}

/** One answer as it came over the wire. */
export interface RawResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A connection on which a test says what it likes. */
export interface RawConnection {
  send(text: string | Buffer): void;
  /** The next answer. @param head when it has no body whatever its length says. */
  answer(head?: boolean): Promise<RawResponse>;
  /** Resolves when the other side has closed the connection. */
  readonly closed: Promise<unknown>;
  destroy(): void;
  /** Breaks the connection off with a reset. */
  reset(): void;
}

/** Opens a connection. @param allowHalfOpen stays when the other side has closed its half. */
export async function openConnection(port: number, allowHalfOpen = false): Promise<RawConnection> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen });
  let received = '';
  const sent: Buffer[] = [];
  socket.setEncoding('latin1').on('data', (text: string) => {
    received += text;
  });
  // A reset ends it like any other end.
  socket.on('error', () => {});
  const closed = once(socket, 'close');
  await once(socket, 'connect');
  return {
    send: (text) => {
      sent.push(Buffer.from(text));
      socket.write(text);
    },
    answer: async (head = false) => {
      for (;;) {
        const found = takeAnswer(received, head);
        if (found) {
          received = received.slice(found.length);
          validateSocketResponse(sent, found.answer);
          return found.answer;
        }
        if (socket.destroyed) throw new Error(`closed without a whole answer: ${JSON.stringify(received)}`);
        await Promise.race([once(socket, 'data'), closed]);
      }
    },
    closed,
    destroy: () => socket.destroy(),
    reset: () => void socket.resetAndDestroy(),
  };
}

function takeAnswer(text: string, head: boolean): { answer: RawResponse; length: number } | undefined {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const [statusLine = '', ...lines] = text.slice(0, end).split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  );
  const length = end + 4 + (head ? 0 : Number(headers['content-length'] ?? 0));
  if (text.length < length) return undefined;
  return { answer: { status: Number(statusLine.split(' ')[1]), headers, body: text.slice(end + 4, length) }, length };
}

/** Writes a request. @param headers beside `Host`. */
export function requestText(target: string, headers: Readonly<Record<string, string>> = {}, body = ''): string {
  const fields = Object.entries({ host: 'localhost', ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${target} HTTP/1.1\r\n${fields.join('')}\r\n${body}`;
}
