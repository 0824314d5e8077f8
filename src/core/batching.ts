/** How many batches may be under way at once; what arrives meanwhile waits and leaves together. */
const batchesInFlight = 2;
/** When the last left this many milliseconds ago, the way to the database is long, and waiting makes it longer: one more may go. */
const longWayMs = 20;
/** Keys in one batch at most. */
const longestBatch = 50;

interface Waiting<Key, Value> {
  readonly key: Key;
  resolve(value: Value): void;
  reject(error: unknown): void;
}

/** What a batch of writes minds; reads need none of it. */
interface Care<Key> {
  /** What may come but once in a batch, such as a row that each key changes again. */
  readonly onlyOnce?: (key: Key) => unknown;
  /** Whether an error says that the batch changed nothing, so that its keys may be run again. */
  readonly changedNothing?: (error: unknown) => boolean;
}

/**
 * Gathers what concurrent requests ask of the database into few statements. It never caches, and a key that is alone at
 * an idle moment leaves without delay: the busier the process, the larger the batches.
 * @param runOne runs one key.
 * @param runMany runs several in one statement; values in the order of the keys. When it fails, each key is run
 * alone, so that one request's bad luck is not another's error.
 */
export function createBatching<Key, Value>(
  runOne: (key: Key) => Promise<Value>,
  runMany: (keys: readonly Key[]) => Promise<readonly Value[]>,
  { onlyOnce, changedNothing = () => true }: Care<Key> = {},
): (key: Key) => Promise<Value> {
  let queue: Waiting<Key, Value>[] = [];
  let inFlight = 0;
  let lastLeft = 0;
  let scheduled = false;

  const runAlone = ({ key, resolve, reject }: Waiting<Key, Value>): Promise<void> => runOne(key).then(resolve, reject);

  async function runBatch(batch: readonly Waiting<Key, Value>[]): Promise<void> {
    try {
      const values = await runMany(batch.map(({ key }) => key));
      for (const [index, { resolve }] of batch.entries()) resolve(values[index] as Value);
    } catch (error) {
      if (changedNothing(error)) await Promise.all(batch.map(runAlone));
      else for (const { reject } of batch) reject(error);
    }
  }

  /** Takes the next batch out of the queue. */
  function nextBatch(): Waiting<Key, Value>[] {
    const batch = new Map<unknown, Waiting<Key, Value>>();
    const later: Waiting<Key, Value>[] = [];
    for (const waiting of queue) {
      const name = onlyOnce?.(waiting.key) ?? waiting;
      if (batch.size < longestBatch && !batch.has(name)) batch.set(name, waiting);
      else later.push(waiting);
    }
    queue = later;
    return [...batch.values()];
  }

  function mayLeave(): boolean {
    if (inFlight < batchesInFlight) return true;
    return inFlight === batchesInFlight && performance.now() - lastLeft > longWayMs;
  }

  function leave(): void {
    scheduled = false;
    while (queue.length > 0 && mayLeave()) {
      const batch = nextBatch();
      inFlight++;
      lastLeft = performance.now();
      const [only] = batch;
      void (batch.length === 1 && only ? runAlone(only) : runBatch(batch)).finally(() => {
        inFlight--;
        schedule();
      });
    }
  }

  function schedule(): void {
    if (scheduled || queue.length === 0) return;
    scheduled = true;
    setImmediate(leave);
  }

  return (key) =>
    new Promise((resolve, reject) => {
      queue.push({ key, resolve, reject });
      schedule();
    });
}
