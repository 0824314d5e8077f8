import { describe, expect, it } from '@jest/globals';
import { faults } from '../../chaos/faults.js';
import { table, violations } from '../../chaos/report.js';
import { createTally, longestGapMs, writersBack } from '../../chaos/tally.js';
import type { Trial } from '../../chaos/trial.js';

const fault = faults.find(({ breaksConnections }) => !breaksConnections);
const breakingFault = faults.find(({ breaksConnections }) => breaksConnections);
if (!fault || !breakingFault) throw new Error('There is a fault of each kind.');

const passed: Trial = {
  ...createTally().tally,
  fault,
  lost: [],
  doubled: [],
  unexplained: [],
  acknowledged: 10,
  unknown: 1,
  stored: 11,
  gapMs: 1234,
  backAfterMs: 100,
  log: '',
};

describe('the verdict on a trial', () => {
  it('is that nothing was violated when every write has its place', () => {
    expect(violations(passed)).toEqual([]);
  });

  it.each<[string, Partial<Trial>, RegExp]>([
    ['a lost write', { lost: ['a'] }, /1 writes are acknowledged, but not stored: a/],
    ['a write that is stored twice', { doubled: ['a', 'b'] }, /2 writes are stored twice: a; b/],
    ['a write that nobody sent', { unexplained: ['a'] }, /1 writes are stored without being sent: a/],
    ['a service that is not back in time', { backAfterMs: undefined }, /not back in time/],
    ['a response with another status', { examples: new Map([['500 {}', 'id-1']]) }, /wrong response: 500 \{\}/],
    ['a broken connection', { examples: new Map([['no answer: ECONNRESET', '']]) }, /no answer: ECONNRESET/],
  ])('names %s', (_, found, line) => {
    expect(violations({ ...passed, ...found })).toEqual([expect.stringMatching(line)]);
  });

  it('allows broken connections when the fault ends a process that clients are connected to', () => {
    const examples = new Map([['no answer: ECONNRESET', '']]);
    expect(violations({ ...passed, fault: breakingFault, examples })).toEqual([]);
  });

  it('quotes the cause of a wrong response from the log', () => {
    const log = '{"requestId":"id-1","err":{"type":"Error","code":"0A000","message":"cached plan"}}\n';
    const examples = new Map([['500 {}', 'id-1']]);
    expect(violations({ ...passed, examples, log })).toEqual(['wrong response: 500 {} (Error 0A000 cached plan)']);
  });

  it('has a row in the table', () => {
    expect(table([passed]).split('\n').at(-1)).toMatch(/^\| postgres-kill \| 10 \| 1 \| 11 \|.* 1.2 \| 0.1 \|$/);
  });
});

describe('the tally of responses', () => {
  it('measures the longest time without a success, and which writers have succeeded since', () => {
    const successes = [
      { sentAt: 0, at: 100, writer: 0 },
      { sentAt: 100, at: 150, writer: 1 },
      { sentAt: 150, at: 700, writer: 0 },
      { sentAt: 640, at: 710, writer: 0 },
    ];
    expect(longestGapMs({ successes }, 50, 800)).toBe(550);
    expect(longestGapMs({ successes }, 50, 400)).toBe(250);
    expect([writersBack({ successes }, 0), writersBack({ successes }, 120)]).toEqual([2, 1]);
  });
});
