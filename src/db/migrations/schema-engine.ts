import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import {
  bindMigrationAwareSqlAdapterFactory,
  type SqlDriverAdapter,
  type SqlMigrationAwareDriverAdapterFactory,
} from '@prisma/driver-adapter-utils';

// The package's own entry imports .wasm as a module, which Node before 24 cannot: its parts are put together here,
// once, for the package keeps one memory.
let engineModule: ReturnType<typeof loadEngine> | undefined;

async function loadEngine() {
  const loaded = await import('@prisma/schema-engine-wasm/schema_engine_bg');
  const require = createRequire(import.meta.url);
  const binary = require.resolve('@prisma/schema-engine-wasm/schema_engine_bg').replace(/\.js$/, '.wasm');
  const imports = Object.entries(loaded).map(([name, value]) => [name, /^__wbg_setTimeout_/.test(name) ? startTimer : value]);
  const { instance } = await WebAssembly.instantiate(await readFile(binary), {
    './schema_engine_bg.js': Object.fromEntries(imports),
  });
  loaded.__wbg_set_wasm(instance.exports);
  (instance.exports.__wbindgen_start as () => void)();
  return loaded;
}

// The engine (7.10) never clears its timers, such as the 10 s it waits for its lock: they must not hold the process.
const startTimer = (call: () => void, ms: number) => setTimeout(call, ms >>> 0).unref();

type Engine = Awaited<ReturnType<Awaited<ReturnType<typeof loadEngine>>['SchemaEngine']['new']>>;

/**
 * Works with Prisma's schema engine on a database.
 * @param adapter its connections are disposed of afterwards, which the engine itself (7.10) leaves out: they would
 *   keep its advisory lock, and the process, for another 10 s.
 * @param datamodel the text of `schema.prisma`.
 */
export async function withSchemaEngine<Result>(
  adapter: SqlMigrationAwareDriverAdapterFactory,
  datamodel: string,
  work: (engine: Engine) => Promise<Result>,
): Promise<Result> {
  const opened: SqlDriverAdapter[] = [];
  const connect = async () => {
    const connection = await adapter.connect();
    opened.push(connection);
    return connection;
  };
  const { provider, adapterName } = adapter;
  const factory = bindMigrationAwareSqlAdapterFactory({ provider, adapterName, connect, connectToShadowDb: connect });
  engineModule ??= loadEngine();
  const { SchemaEngine } = await engineModule;
  try {
    return await work(await SchemaEngine.new({ datamodels: [['schema.prisma', datamodel]] }, () => {}, factory));
  } finally {
    for (const connection of opened) await connection.dispose();
  }
}

/** What an error says, in one line, without the engine's trace. */
export const firstWords = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error))
    .replace(/\n\s+0: .*/s, '')
    .replace(/\s+/g, ' ')
    .trim();
