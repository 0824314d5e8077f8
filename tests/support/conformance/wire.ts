import type { RawResponse } from '../socket.js';
import { bodyViolations, type SentRequest } from './exchange.js';
import { errorViolations } from './rest.js';
import { report, textOf, validate } from './validate.js';

/** Removes the next request from the bytes sent on a connection. @returns undefined when they do not begin with a request. */
function takeRequest(sent: Buffer[]): SentRequest | undefined {
  const bytes = Buffer.concat(sent.splice(0));
  const end = bytes.indexOf('\r\n\r\n');
  const [requestLine = '', ...lines] = bytes.subarray(0, Math.max(end, 0)).toString('latin1').split('\r\n');
  // RFC 9112, section 3.2.2: of the absolute form the path and the query count.
  const [, method, target] = /^([A-Z]+) (?:https?:\/\/[^\s/?#@]+)?(\/\S*) HTTP\/1\.[01]$/i.exec(requestLine) ?? [];
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

// RFC 9112, section 6: chunked, or of the length in `Content-Length`.
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

/** Node's parser and RFC 9112, section 3.2, reject these before they become a request of either API: the body is a REST error. */
const rejectedByParser = [400, 408, 431];
const unparsed: SentRequest = {
  method: '',
  path: '',
  url: new URL('http://localhost/'),
  headers: new Headers(),
  body: undefined,
};

/**
 * Compares a response that was read from a socket with the documents.
 * @param sent the bytes of the requests without a response yet; the request of this response is removed.
 */
export function validateSocketResponse(sent: Buffer[], { status, headers, body }: RawResponse): void {
  // RFC 9110, section 15.2: the final response follows.
  if (status === 100) return;
  const request = takeRequest(sent);
  const response = { status, headers: new Headers(headers), body: Buffer.from(body, 'latin1').toString() };
  const isRejected = !request || (rejectedByParser.includes(status) && headers.connection === 'close');
  if (!isRejected) {
    validate(request, response);
    return;
  }
  const asBadRequest = { ...response, status: rejectedByParser.includes(status) ? 400 : status };
  const { method } = request ?? unparsed;
  const violations = [...bodyViolations(method, response), ...errorViolations(method, asBadRequest, ['BAD_REQUEST'])];
  report(request ?? unparsed, response, violations);
}
