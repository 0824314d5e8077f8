import { afterAll, describe, expect, it } from '@jest/globals';
import { extendSchema, parse } from 'graphql';
import { guardedCoordinates, policies } from '../../scripts/authorization/policies.js';
import { routes } from '../../src/rest/routes.js';
import { schema } from '../../src/schema/root.js';
import { newPerson, testSecret } from '../support/app.js';
import { allowedOrigin, trustedIssuer } from '../support/authorization/credentials.js';
import { differences } from '../support/authorization/matrix.js';
import { waysTo } from '../support/authorization/requests.js';
import { SecretCollector } from '../support/authorization/secrets.js';
import { openSocketApp } from '../support/socket.js';

const app = {
  ...(await openSocketApp({ CORS_ORIGINS: allowedOrigin, AUTH_HS256_ISSUERS: trustedIssuer, DEBUG: 'true' })),
  secrets: new SecretCollector(),
};
afterAll(app.close);
const account = await newPerson(app);

const coordinates = guardedCoordinates(schema);

describe('the authorization matrix', () => {
  it('has a policy for every root field, every route and every field that leads from a row to objects', () => {
    expect(Object.keys(policies).sort()).toEqual([...coordinates].sort());
    expect(Object.keys(policies)).toEqual(expect.arrayContaining(routes.map(({ operation }) => operation)));
  });

  it('is checked: a new operation is reported until it has a policy', () => {
    const extended = extendSchema(schema, parse('extend type Query { everything: String }'));
    expect(guardedCoordinates(extended).filter((coordinate) => !(coordinate in policies))).toEqual(['Query.everything']);
  });

  it('reaches every one of them over GraphQL', () => {
    const isReached = (coordinate: string) => waysTo(coordinate).some(({ title }) => title.startsWith('GraphQL'));
    expect(coordinates.filter((coordinate) => !isReached(coordinate))).toEqual([]);
  });

  describe('gives every client what the policy says, changes nothing for another, and shows nothing of another:', () => {
    it.each(coordinates)('%s', async (coordinate) => {
      expect(await differences(app, coordinate, account)).toEqual([]);
    });
  });

  it('leaves no part of a password, token, cookie or secret in the log, with DEBUG=true', () => {
    // Tokens of 19 clients and more: a collector that collects nothing would find nothing.
    expect(app.secrets.size).toBeGreaterThan(1000);
    app.secrets.add(testSecret);
    expect(app.secrets.findIn(JSON.stringify(app.lines))).toEqual([]);
    expect(app.secrets.findIn(`"token":"x${testSecret}"`)).toHaveLength(1);
  });
});
