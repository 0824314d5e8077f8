import { Readable } from 'node:stream';
import { RequestHeaders } from '../../src/http/headers.js';
import { HttpRequest } from '../../src/http/request.js';
import type { HttpResponse } from '../../src/http/response.js';
import type { RequestServer } from '../../src/server/server.js';

/** Sends a Fetch request to a server in this process, as the request type that a socket's requests become. */
export async function fetchInProcess(
  { handle }: Pick<RequestServer, 'handle'>,
  url: string | URL,
  init?: RequestInit,
): Promise<Response> {
  return toFetchResponse(await handle(await toHttpRequest(new Request(new URL(url, 'http://localhost'), init))));
}

async function toHttpRequest(request: Request): Promise<HttpRequest> {
  const { pathname, search } = new URL(request.url);
  const content = request.body ? Buffer.from(await request.arrayBuffer()) : undefined;
  const fields = Object.fromEntries(request.headers);
  return new HttpRequest({
    method: request.method,
    target: `${pathname}${search}`,
    headers: new RequestHeaders(content ? { 'content-length': String(content.byteLength), ...fields } : fields),
    content: content && Readable.from([content]),
    remoteAddress: '127.0.0.1',
  });
}

function toFetchResponse({ status, headers, content }: HttpResponse): Response {
  const fields = new Headers();
  for (const [name, value] of Object.entries(headers.fields)) for (const line of [value].flat()) fields.append(name, line);
  const body = content instanceof Readable ? Readable.toWeb(content) : content;
  return new Response(body as BodyInit | null, { status, headers: fields });
}
