import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { LogOutput, type LogSink } from '../src/log/log-output.js';

type Done = Parameters<LogSink['write']>[1];

/** A sink whose reader reads when the test says so. */
function openSink() {
  const written: Buffer[] = [];
  let pending: { chunk: Buffer; done: Done } | undefined;
  const sink: LogSink = {
    write: (chunk, done) => {
      if (pending) throw new Error('two writes at once');
      pending = { chunk, done };
    },
  };
  const end = (error: NodeJS.ErrnoException | null, length = Number.POSITIVE_INFINITY) => {
    if (!pending) throw new Error('nothing is being written');
    const { chunk, done } = pending;
    pending = undefined;
    const part = error ? chunk.subarray(0, 0) : chunk.subarray(0, length);
    if (part.length > 0) written.push(part);
    done(error, part.length);
  };
  const drain = () => {
    while (pending) end(null);
  };
  const text = () => Buffer.concat(written).toString();
  return { sink, text, end, drain, isWriting: () => pending !== undefined };
}

const failure = (code: string) => Object.assign(new Error(code), { code });
const noDrops = () => {
  throw new Error('a line was dropped');
};

describe('the log output', () => {
  it('writes lines together after a tenth of a second', async () => {
    const { sink, text, isWriting, drain } = openSink();
    const output = new LogOutput(sink, noDrops);
    output.write('one\n');
    output.write('two\n');
    expect(isWriting()).toBe(false);
    await sleep(150);
    drain();
    expect(text()).toBe('one\ntwo\n');
  });

  it('writes large output at once, one write at a time, and continues after a partial write', () => {
    const { sink, text, end, drain } = openSink();
    const output = new LogOutput(sink, noDrops);
    const line = `${'é'.repeat(3000)}\n`;
    for (let count = 0; count < 3; count += 1) output.write(line);
    end(null, 1001);
    drain();
    output.flush();
    drain();
    expect(text()).toBe(line.repeat(3));
  });

  it('drops lines while the reader stalls, writes how many are missing in their place, and continues', () => {
    const { sink, text, drain } = openSink();
    const dropped: number[] = [];
    const output = new LogOutput(sink, (lines) => {
      dropped.push(lines);
      output.write(`dropped ${lines}\n`);
    });
    const lines = Array.from({ length: 6000 }, (_, index) => `${index} ${'x'.repeat(1000)}\n`);
    for (const line of lines) output.write(line);
    expect(dropped).toEqual([]);
    drain();
    output.write('after\n');
    output.flush();
    drain();
    const kept = text()
      .split('\n')
      .filter((line) => /^\d/.test(line)).length;
    expect(kept * 1000).toBeGreaterThan(4_000_000);
    expect(text().length).toBeLessThan(4.1 * 1024 * 1024);
    expect(dropped).toEqual([6000 - kept]);
    expect(text()).toBe(`${lines.slice(0, kept).join('')}dropped ${6000 - kept}\nafter\n`);
  });

  it.each([
    ['ENOSPC', 1100],
    ['EAGAIN', 150],
  ])('keeps its lines after %s, and writes them later', async (code, waitMs) => {
    const { sink, text, end, drain, isWriting } = openSink();
    const output = new LogOutput(sink, noDrops);
    output.write('one\n');
    output.flush();
    end(failure(code));
    output.write(`${'x'.repeat(5000)}\n`);
    expect(isWriting()).toBe(false);
    await sleep(waitMs);
    drain();
    expect(text()).toMatch(/^one\nx{5000}\n$/);
  });

  it('calls back after a flush when everything is written or the reader has closed', () => {
    const { sink, end } = openSink();
    const output = new LogOutput(sink, noDrops);
    const calls: unknown[] = [];
    output.flush(() => calls.push('empty'));
    output.write('one\n');
    output.flush((error) => calls.push(error ?? 'written'));
    expect(calls).toEqual(['empty']);
    end(null);
    output.write('two\n');
    output.flush((error) => calls.push(error));
    end(failure('EPIPE'));
    expect(calls).toEqual(['empty', 'written', expect.objectContaining({ code: 'EPIPE' })]);
  });
});
