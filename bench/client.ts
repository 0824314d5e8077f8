import { Agent, request } from 'node:http';
import type { Template } from './workload.js';

/** A request to be sent. */
export interface Outgoing extends Template {
  readonly headers: Readonly<Record<string, string>>;
}

/** A template as somebody sends it. */
export const outgoing = ({ method, path, body }: Template, token?: string): Outgoing => ({
  method,
  path,
  headers: {
    ...(token && { authorization: `Bearer ${token}` }),
    ...(body && { 'content-type': 'application/json' }),
  },
  body,
});

/** GraphQL answers errors with 200 too. */
export const hasErrors = (body: string): boolean => body.includes('"errors":[');

/** As many connections as there are answers due: people do not share one. */
const agent = new Agent({ keepAlive: true });

/** Sends one request. @returns whether it succeeded; when the connection broke it did not. */
export function send(url: string, { method, path, headers, body }: Outgoing): Promise<boolean> {
  return new Promise((resolve) => {
    const sent = request(url + path, { method, headers, agent }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.once('error', () => resolve(false));
      response.once('end', () => resolve((response.statusCode ?? 500) < 300 && !hasErrors(text)));
    });
    sent.once('error', () => resolve(false));
    sent.end(body);
  });
}
