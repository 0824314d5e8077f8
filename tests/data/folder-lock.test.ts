import { mkdtemp, readFile, realpath, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FolderInUseError, lockFolder } from '../../src/db/embedded/folder-lock.js';
import { eventually } from '../support/eventually.js';

describe('the lock of a folder', () => {
  let folder: string;
  let file: string;
  const cleanups: (() => unknown)[] = [];
  beforeEach(async () => {
    folder = await realpath(await mkdtemp(path.join(tmpdir(), 'tandem-lock-')));
    file = path.join(folder, 'tandem.lock');
    cleanups.push(() => rm(folder, { recursive: true, force: true }));
  });
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  });

  /** What a process on another machine, or without kernel locks, writes. */
  const foreign = { id: 'foreign', host: 'far-away', pid: 7, machine: 'another', hasKernelLock: true };
  const writeForeign = () => writeFile(file, JSON.stringify(foreign));
  const timed = async <T>(work: Promise<T>) => {
    const startedAt = performance.now();
    const result = await work.catch((error: unknown) => error);
    return { result, ms: performance.now() - startedAt };
  };

  it('is refused within 2 s while its holder lives, which the error names, and free once it is released', async () => {
    const lock = await lockFolder(folder);
    const { result, ms } = await timed(lockFolder(folder));
    expect(result).toBeInstanceOf(FolderInUseError);
    expect(result).toMatchObject({ holder: { pid: process.pid } });
    expect(ms).toBeLessThan(2_000);
    await lock.release();
    const next = await timed(lockFolder(folder));
    await (next.result as Awaited<ReturnType<typeof lockFolder>>).release();
    expect(next.ms).toBeLessThan(1_000);
  });

  it('is refused while a process of another machine sends heartbeats, whatever its clock says', async () => {
    await writeForeign();
    let beat = 0;
    const timer = setInterval(() => utimes(file, beat, beat++), 500);
    cleanups.push(() => clearInterval(timer));
    const { result, ms } = await timed(lockFolder(folder));
    expect(result).toMatchObject({ holder: foreign });
    expect(ms).toBeLessThan(2_000);
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(foreign);
  });

  it.each([
    ['a process of another machine that sends none', JSON.stringify(foreign)],
    ['a process that was killed while it wrote the file', '{"id":'],
  ])('is taken over within 10 s from %s, and the wait is announced once', async (_, content) => {
    await writeFile(file, content);
    let announced = 0;
    const { result, ms } = await timed(lockFolder(folder, { onWait: () => announced++ }));
    const lock = result as Awaited<ReturnType<typeof lockFolder>>;
    cleanups.push(() => lock.release());
    expect(() => lock.check()).not.toThrow();
    expect(ms).toBeGreaterThan(6_500);
    expect(ms).toBeLessThan(10_000);
    expect(announced).toBe(1);
  });

  it('is given up by one of two processes that take it over at the same time', async () => {
    await writeForeign();
    const attempt = timed(lockFolder(folder));
    await eventually(async () => !(await readFile(file, 'utf8')).includes('foreign'), 8_000);
    await writeForeign();
    expect((await attempt).result).toMatchObject({ holder: foreign });
  });

  it.each([
    ['another process took it over', writeForeign],
    ['its file was removed', () => rm(file)],
  ])('refuses statements within 0.5 s after %s, says so once, and leaves the file alone', async (_, takeOver) => {
    let lost = 0;
    const lock = await lockFolder(folder, { onLost: () => lost++ });
    lock.check();
    await takeOver();
    await eventually(() => {
      try {
        lock.check();
        return false;
      } catch (error) {
        expect(error).toMatchObject({ code: '57P03' });
        return true;
      }
    }, 600);
    expect(() => lock.check()).toThrow();
    expect([lost, lock.isLost]).toEqual([1, true]);
    const before = await readFile(file, 'utf8').catch(() => undefined);
    await lock.release();
    expect(await readFile(file, 'utf8').catch(() => undefined)).toBe(before);
  });

  it('refuses statements when its file cannot be read for 3 s, reports that once, and serves again afterwards', async () => {
    let failed = 0;
    const lock = await lockFolder(folder, { onHeartbeatFailed: () => failed++ });
    cleanups.push(() => lock.release());
    const content = await readFile(file, 'utf8');
    const moved = `${file}.moved`;
    // A folder in its place cannot be read, as a file on a broken disk.
    const { rename, mkdir, rmdir } = await import('node:fs/promises');
    await rename(file, moved);
    await mkdir(file);
    await eventually(() => failed === 1, 3_000);
    await eventually(() => {
      try {
        lock.check();
        return false;
      } catch {
        return true;
      }
    }, 4_000);
    await rmdir(file);
    await rename(moved, file);
    await eventually(() => {
      try {
        lock.check();
        return true;
      } catch {
        return false;
      }
    }, 4_000);
    expect([failed, lock.isLost, await readFile(file, 'utf8')]).toEqual([1, false, content]);
  });
});
