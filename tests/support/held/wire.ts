import type { WireAnswer } from '../socket.js';
import type { Sent } from './exchange.js';
import { hold, report, textOf } from './hold.js';
import { refusalFaults } from './rest.js';

/** Takes the next request off what was sent on a connection; undefined when it cannot be read as one. */
function takeRequest(sent: Buffer[]): Sent | undefined {
  const bytes = Buffer.concat(sent.splice(0));
  const end = bytes.indexOf('\r\n\r\n');
  const [requestLine = '', ...lines] = bytes.subarray(0, Math.max(end, 0)).toString('latin1').split('\r\n');
  const [, method, target] = /^([A-Z]+) (\/\S*) HTTP\/1\.[01]$/.exec(requestLine) ?? [];
  if (!method || !target) return undefined;
  const headers = new Headers();
  for (const line of lines) {
    const [, name, value = ''] = /^([\w-]+):([\t -~]*)$/.exec(line) ?? [];
    if (name) headers.append(name, value.trim());
  }
  const { body, rest } = takeBody(bytes.subarray(end + 4), headers);
  if (rest.length > 0) sent.push(rest);
  return { method, path: target.split('?')[0] ?? '', url: new URL(`http://localhost${target}`), headers, body: textOf(body) };
}

// RFC 9112 §6: chunked, or as long as it says.
function takeBody(bytes: Buffer, headers: Headers): { body: Buffer; rest: Buffer } {
  if (!headers.has('transfer-encoding')) {
    const length = Number(headers.get('content-length') ?? 0);
    return { body: bytes.subarray(0, length), rest: bytes.subarray(length) };
  }
  const chunks: Buffer[] = [];
  for (let rest = bytes; ; ) {
    const [line = '', size = ''] = /^([0-9a-f]+)[^\r]*\r\n/i.exec(rest.toString('latin1')) ?? [];
    const length = Number.parseInt(size, 16);
    const next = rest.subarray(line.length + (length || 0) + 2);
    if (!length) return { body: Buffer.concat(chunks), rest: next };
    chunks.push(rest.subarray(line.length, line.length + length));
    rest = next;
  }
}

/** What Node's parser or RFC 9112 §3.2 refuses never becomes a request of either style: it is answered as REST's errors are. */
const refusedEarly = [400, 408, 431];
const unread: Sent = { method: '', path: '', url: new URL('http://localhost/'), headers: new Headers(), body: undefined };

/**
 * Holds an answer that came over a connection against the documents.
 * @param sent what was sent on it and not been answered yet; the answered request is taken off.
 */
export function holdWire(sent: Buffer[], { status, headers, body }: WireAnswer): void {
  // RFC 9110 §15.2: the answer is still to come.
  if (status === 100) return;
  const request = takeRequest(sent);
  const got = { status, headers: new Headers(headers), body: Buffer.from(body, 'latin1').toString() };
  const isEarly = !request || (refusedEarly.includes(status) && headers.connection === 'close');
  if (!isEarly) hold(request, got);
  else
    report(
      request ?? unread,
      got,
      refusalFaults({ ...got, status: refusedEarly.includes(status) ? 400 : status }, ['BAD_REQUEST']),
    );
}
