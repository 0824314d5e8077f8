import { describe, expect, it } from '@jest/globals';
import { contradictions } from '../../chaos/oracle.js';

const knowledge = (acknowledged: Record<string, number>, unknown: string[] = []) => ({
  acknowledged: new Map(Object.entries(acknowledged)),
  unknown: new Set(unknown),
});
const consistent = { lost: [], doubled: [], unexplained: [] };

describe('the comparison of acknowledged writes with the database', () => {
  it('finds nothing when each acknowledged write is stored once', () => {
    const stored = [
      { id: 1, title: 'a' },
      { id: 2, title: 'b' },
    ];
    expect(contradictions(knowledge({ a: 1, b: 2 }), stored)).toEqual(consistent);
  });

  it('allows a write without a response to be stored or not', () => {
    const stored = [
      { id: 1, title: 'a' },
      { id: 2, title: 'b' },
    ];
    expect(contradictions(knowledge({ a: 1 }, ['b', 'c']), stored)).toEqual(consistent);
  });

  it('finds a planted loss: an acknowledged write that is not stored', () => {
    expect(contradictions(knowledge({ a: 1, b: 2 }), [{ id: 1, title: 'a' }])).toEqual({ ...consistent, lost: ['b'] });
  });

  it('finds a write that is stored under another id than the one that the response named', () => {
    expect(contradictions(knowledge({ a: 1 }), [{ id: 2, title: 'a' }])).toEqual({ ...consistent, lost: ['a'] });
  });

  it.each([
    ['acknowledged', knowledge({ a: 1 })],
    ['without a response', knowledge({}, ['a'])],
  ])('finds a planted double of a write that is %s', (_, known) => {
    const stored = [
      { id: 1, title: 'a' },
      { id: 2, title: 'a' },
    ];
    expect(contradictions(known, stored)).toEqual({ ...consistent, doubled: ['a'] });
  });

  it('finds a stored write that was neither acknowledged nor left without a response', () => {
    const stored = [
      { id: 1, title: 'a' },
      { id: 2, title: 'b' },
    ];
    expect(contradictions(knowledge({ a: 1 }), stored)).toEqual({ ...consistent, unexplained: ['b'] });
  });
});
