import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { InFlight } from '../../src/server/in-flight.js';

describe('the in-flight responses', () => {
  it('are those that are not closed yet, in whatever order they close', () => {
    const responses = Array.from({ length: 6 }, () => new ServerResponse(new IncomingMessage(new Socket())));
    const inFlight = new InFlight();
    for (const response of responses) inFlight.add(response);
    const open = new Set(responses);
    for (const index of [1, 5, 0, 4, 3, 2]) {
      const response = responses[index] as ServerResponse;
      response.emit('close');
      open.delete(response);
      expect(new Set(inFlight)).toEqual(open);
      expect(inFlight.size).toBe(open.size);
    }
  });
});
