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

/**
 * Gathers what concurrent requests read into few statements. It never caches, and a key that is alone at an idle moment
 * leaves without delay: the busier the process, the larger the batches.
 * @param readOne reads one key.
 * @param readMany reads several in one statement; values in the order of the keys. When it fails, each key is read
 * alone, so that one request's bad luck is not another's error.
 */
export function createBatching<Key, Value>(
  readOne: (key: Key) => Promise<Value>,
  readMany: (keys: readonly Key[]) => Promise<readonly Value[]>,
): (key: Key) => Promise<Value> {
  let queue: Waiting<Key, Value>[] = [];
  let inFlight = 0;
  let lastLeft = 0;
  let scheduled = false;

  async function readBatch(batch: readonly Waiting<Key, Value>[]): Promise<void> {
    try {
      const values = await readMany(batch.map(({ key }) => key));
      for (const [index, { resolve }] of batch.entries()) resolve(values[index] as Value);
    } catch {
      await Promise.all(batch.map(({ key, resolve, reject }) => readOne(key).then(resolve, reject)));
    }
  }

  function mayLeave(): boolean {
    if (inFlight < batchesInFlight) return true;
    return inFlight === batchesInFlight && performance.now() - lastLeft > longWayMs;
  }

  function leave(): void {
    scheduled = false;
    while (queue.length > 0 && mayLeave()) {
      const batch = queue.slice(0, longestBatch);
      queue = queue.slice(longestBatch);
      inFlight++;
      lastLeft = performance.now();
      const [only] = batch;
      const done = batch.length === 1 && only ? readOne(only.key).then(only.resolve, only.reject) : readBatch(batch);
      void done.finally(() => {
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
